"""The first page: what needs whom, and figures that lead to their lists."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from loyalty_site.jobs import JOBS
from loyalty_site.models import JobRun
from loyalty_site.staff_groups import GROUPS
from loyalty_site.staff_home.chart import HEIGHT, bars
from loyalty_site.staff_home.figures import DAYS
from mailroom.models import Letter
from members.models import Application, Approval, Invitation
from points.actions.unusual_use import settle_unusual_use
from points.models import UnusualUse
from rewards.actions.guessing_alarms import settle_guessing_alarm
from rewards.actions.wrong_tries import note_wrong_try
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.rows import one_of_each
from tests.rewards import tills

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


def in_group(*names):
    user = with_factor(make.staff(language="en"))
    user.groups.set(Group.objects.filter(name__in=names))
    return at_desk(user)


def texts(client) -> list[str]:
    return [concern.text for concern in client.get("/admin/").context["concerns"]]


def about(client, word) -> list[str]:
    return [text for text in texts(client) if word in text]


def test_requests_wait_for_those_who_may_decide_them():
    one_of_each()

    for group in GROUPS:
        expected = ["1 request waits for a second person"] if group in {"finance", "admin"} else []
        assert about(in_group(group), "request") == expected, group


def test_ones_own_request_waits_for_somebody_else():
    rows = one_of_each()
    asker = with_factor(rows[Approval].asked_by)
    asker.groups.add(Group.objects.get(name="finance"))

    assert about(at_desk(asker), "second person") == []


def test_who_tries_codes_is_named_until_somebody_has_looked_into_it():
    till, now = tills.till("Till 7"), timezone.now()
    note_wrong_try(client_id=till, staff_id=None, now=now - timedelta(days=2), many=100)
    note_wrong_try(client_id=till, staff_id=None, now=now, many=12)
    note_wrong_try(client_id=tills.till("Till 8"), staff_id=None, now=now)
    colleague = make.staff(name="Joost Bos")
    seen = note_wrong_try(client_id=None, staff_id=colleague.pk, now=now, many=10)
    both = ["Joost Bos tried 10 voucher codes that are no good"]
    both.insert(0, "Till 7 tried 112 voucher codes that are no good")

    for group in GROUPS:
        expected = both if group == "admin" else []
        assert sorted(about(in_group(group), "no good"), reverse=True) == expected, group

    settle_guessing_alarm(wrong_try_id=seen.pk, staff_id=make.staff(superuser=True).pk, now=now)
    assert about(in_group("admin"), "no good") == both[:1]


def test_letters_that_are_stuck_are_named_to_who_may_see_letters():
    for state in ("failed", "failed", "unknown"):
        Letter.objects.filter(pk=make.letter().pk).update(state=state)
    make.letter()

    assert about(in_group("service"), "sent") == [
        "2 letters could not be sent",
        "1 letter may not have been sent",
    ]
    assert about(in_group("finance"), "sent") == []


def test_cards_used_unusually_wait_until_somebody_has_looked_into_them():
    rows = one_of_each()
    row = rows[UnusualUse]
    UnusualUse.objects.filter(pk=row.pk).update(days=365)
    client = in_group("finance")

    assert about(client, "unusually") == ["1 card was used unusually"]
    (concern,) = [c for c in client.get("/admin/").context["concerns"] if "unusually" in c.text]
    shown = client.get(concern.url).context["cl"].result_list
    assert [use.pk for use in shown] == [row.pk]
    for group in set(GROUPS) - {"finance"}:
        assert about(in_group(group), "unusually") == [], group

    settle_unusual_use(
        use_id=row.pk, words="Her own card", staff_id=make.staff().pk, now=timezone.now()
    )
    assert about(client, "unusually") == []


def test_staff_of_a_store_are_told_of_the_cards_used_there():
    row = one_of_each()[UnusualUse]
    there, elsewhere = (
        with_factor(make.staff(superuser=True, store=store, language="en"))
        for store in (row.store, "Elsewhere")
    )

    assert about(at_desk(there), "unusually") == ["1 card was used unusually"]
    assert about(at_desk(elsewhere), "unusually") == []


def test_a_worker_that_stands_still_is_one_concern_and_a_failed_job_another():
    now = timezone.now()
    JobRun.objects.create(
        job="expire_points", period="2026-06-14", state="failed", started_at=now, finished_at=now
    )

    about_jobs = about(in_group("admin"), "late") + about(in_group("admin"), "failed")

    assert len(about_jobs) == 2
    assert f"{len(JOBS) - 1} jobs are late" in about_jobs[0]
    assert about(in_group("finance"), "late") == []


def test_a_program_and_terms_are_missed_by_who_can_publish_them():
    assert len(about(in_group("admin"), ": nobody")) == 2

    make.published_program()
    make.terms()

    assert about(in_group("admin"), ": nobody") == []


def test_people_who_wait_although_there_is_room_are_named():
    make.joining("waiting_list", capacity=10)
    now = timezone.now()
    Application.objects.create(user=make.login(), applied_at=now, queued_at=now)
    assert about(in_group("admin"), "room") == []

    Application.objects.update(queued_at=now - timedelta(hours=2))

    assert len(about(in_group("admin"), "room")) == 1
    assert about(in_group("marketing"), "room") == []


def test_invitations_about_to_end_are_named_to_who_invites():
    now = timezone.now()
    for days in (1, 2, 20):
        Invitation.objects.create(
            email=f"a{days}@example.nl",
            invited_by=make.staff(),
            invited_at=now,
            expires_at=now + timedelta(days=days),
        )

    assert about(in_group("marketing"), "invitation") == ["2 invitations end within three days"]
    assert about(in_group("service"), "invitation") == []


def test_every_concern_leads_somewhere_its_reader_may_go():
    one_of_each()
    Letter.objects.update(state="failed")
    for group in GROUPS:
        client = in_group(group)
        for concern in client.get("/admin/").context["concerns"]:
            assert client.get(concern.url, follow=True).status_code == 200, (group, concern)


@pytest.mark.parametrize("group", GROUPS)
def test_every_figure_leads_to_a_list_its_reader_may_open(group):
    one_of_each()
    client = in_group(group)

    for figure in client.get("/admin/").context["figures"]:
        assert client.get(figure.url).status_code == 200


def test_the_counter_sees_its_box_first_and_no_figures():
    shown = in_group("counter").get("/admin/")

    assert 'id="counter-line"' in shown.content.decode()
    assert shown.context["figures"] == []
    assert "staff-figures" not in shown.content.decode()


def test_who_has_no_figures_is_shown_where_they_work():
    shown = in_group("marketing").get("/admin/")

    assert {place["link"] for place in shown.context["places"]} >= {
        "/admin/points/spending/",
        "/admin/members/invitation/",
    }


def test_a_chart_has_a_bar_for_each_of_two_weeks_and_lifts_out_the_days_compared():
    with time_machine.travel(NOON, tick=False):
        make.published_program()
        member = make.member(now=NOON)
        for back, times in ((0, 1), (1, 4), (7, 2), (14, 9)):
            for _ in range(times):
                make.purchase(member, at=NOON - timedelta(days=back, hours=1), now=NOON)
        figures = in_group("finance").get("/admin/").context["figures"]

    drawn = next(figure for figure in figures if figure.label == "Purchases").bars
    heights = [bar.height for bar in drawn]
    assert len(drawn) == DAYS
    assert (heights[-1], heights[-2], heights[-8]) == (HEIGHT / 4, HEIGHT, HEIGHT / 2)
    assert (drawn[-1].kind, drawn[-8].kind) == ("today", "compared")
    assert set(heights[1:6]) == {1}


def test_a_chart_of_nothing_is_flat():
    assert {bar.height for bar in bars([0] * DAYS)} == {1}
    assert bars([]) == []


@pytest.mark.parametrize(("group", "most"), [("service", 24), ("finance", 24), ("admin", 24)])
def test_the_page_asks_as_little_of_many_rows_as_of_one(
    group, most, django_assert_max_num_queries, django_assert_num_queries
):
    one_of_each()
    client = in_group(group)
    client.get("/admin/")
    with django_assert_max_num_queries(most) as first:
        client.get("/admin/")
    now = timezone.now()
    for _ in range(3):
        make.purchase_in("North", make.member(now=now, joined_at=now), at=now, now=now)
        Letter.objects.filter(pk=make.letter().pk).update(state="failed")

    with django_assert_num_queries(len(first)):
        client.get("/admin/")
