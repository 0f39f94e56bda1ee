"""The first page, the jobs, the logins and the names of tiers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from loyalty_site.admin.job_run import FIGURES
from loyalty_site.jobs import JOBS
from loyalty_site.models import JobRun
from loyalty_site.staff_home.figures import spans_of
from members.actions.cards import replace_card
from members.models import Card, Tier, User
from tests import make

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def test_the_day_is_the_programs_and_last_weeks_part_of_it_ends_at_the_same_time():
    now = datetime(2026, 6, 15, 22, 30, tzinfo=UTC)  # 00:30 on the 16th in Amsterdam

    spans = spans_of(now, AMSTERDAM)

    assert spans.today == datetime(2026, 6, 15, 22, 0, tzinfo=UTC)
    assert spans.last == datetime(2026, 6, 8, 22, 0, tzinfo=UTC)
    assert spans.last_now == datetime(2026, 6, 8, 22, 30, tzinfo=UTC)
    assert spans.last_end == datetime(2026, 6, 9, 22, 0, tzinfo=UTC)


def test_a_clock_change_between_the_weeks_moves_no_day():
    now = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)  # noon, summer time since yesterday

    spans = spans_of(now, AMSTERDAM)

    assert spans.last_now == datetime(2026, 3, 23, 11, 0, tzinfo=UTC)
    assert spans.last_end - spans.last == timedelta(days=1)


def test_the_first_page_sets_today_beside_the_same_day_last_week(desk):
    make.published_program()
    now = timezone.now()
    member = make.member(now=now, joined_at=now)
    make.member(now=now, joined_at=spans_of(now, AMSTERDAM).last)
    make.purchase(member, "25.50", at=now, now=now)

    shown = desk.get("/admin/", headers={"accept-language": "en"})

    found = {figure.label: figure for figure in shown.context["figures"]}
    by_place = list(found.values())
    assert (by_place[0].today, by_place[0].whole_day) == ("1", "1")
    assert (by_place[1].today, by_place[1].whole_day) == ("1", "0")
    assert "25" in by_place[2].today
    assert by_place[3].today == "25"


def test_the_first_page_says_what_failed_and_what_is_late(desk):
    now = timezone.now()
    run = JobRun.objects.create(
        job="expire_points", period="2026-06-14", state="failed", started_at=now, finished_at=now
    )

    shown = desk.get("/admin/")

    urls = [concern.url for concern in shown.context["concerns"]]
    assert f"/admin/loyalty_site/jobrun/{run.pk}/change/" in urls
    assert "/admin/points/programversion/" in urls
    assert len(urls) > 2


def test_the_first_page_asks_a_constant_number_of_queries(
    desk, django_assert_max_num_queries, django_assert_num_queries
):
    make.published_program()
    desk.get("/admin/")
    with django_assert_max_num_queries(20) as first:
        desk.get("/admin/")
    now = timezone.now()
    for _ in range(3):
        make.purchase(make.member(now=now, joined_at=now), at=now, now=now)

    with django_assert_num_queries(len(first)):
        desk.get("/admin/")


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/admin/members/card/", 10),
        ("/admin/members/user/", 10),
        ("/admin/members/tier/", 10),
        ("/admin/members/source/", 10),
        ("/admin/auth/group/", 10),
        ("/admin/loyalty_site/jobrun/", 10),
        ("/admin/points/programversion/", 10),
    ],
)
def test_a_short_list_takes_few_queries(desk, address, most, django_assert_max_num_queries):
    make.published_program()
    for _ in range(3):
        make.member()
    desk.get(address)

    with django_assert_max_num_queries(most):
        desk.get(address)


def test_a_job_is_found_by_name_or_period(desk):
    now = timezone.now()
    for job, period in (("expire_points", "2026-06-14"), ("place_tiers", "2026-06-15")):
        JobRun.objects.create(job=job, period=period, state="done", started_at=now, finished_at=now)

    def found(text) -> list[str]:
        rows = desk.get("/admin/loyalty_site/jobrun/", {"q": text}).context["cl"].result_list
        return [run.job for run in rows]

    assert found("exp") == ["expire_points"]
    assert found("2026-06-15") == ["place_tiers"]


def test_whatever_a_job_counts_is_told_in_words(db):
    now = timezone.now()

    counted = {name for job in JOBS for name in job.work(now, now)}

    assert counted <= set(FIGURES)


def test_jobs_are_named_and_found_by_their_titles(desk):
    now = timezone.now()
    JobRun.objects.create(
        job="expire_points", period="2026-06-14", state="done", started_at=now, finished_at=now
    )

    shown = desk.get("/admin/loyalty_site/jobrun/", {"q": str(JOBS[0].title)[:6]})

    assert [run.job for run in shown.context["cl"].result_list] == ["expire_points"]
    assert str(JOBS[0].title) in shown.content.decode()


def test_cards_are_filtered_by_whether_they_work(desk):
    member = make.member()
    card = Card.objects.get(member=member)
    replace_card(card_id=card.pk, reason="Lost", now=make.NOW)

    def found(state) -> set[bool]:
        rows = desk.get("/admin/members/card/", {"state": state}).context["cl"].result_list
        return {row.is_active for row in rows}

    assert (found("works"), found("blocked")) == ({True}, {False})
    assert found("other") == {True, False}


def test_a_card_is_found_by_its_first_digits(desk):
    make.member()
    card = Card.objects.get()

    found = desk.get("/admin/members/card/", {"q": f"{card.number[:4]} {card.number[4:8]}"})

    assert list(found.context["cl"].result_list) == [card]


def test_staff_are_shown_and_members_logins_only_on_request(desk):
    make.login(email="member@example.nl")

    def found(**query) -> set[str]:
        rows = desk.get("/admin/members/user/", query).context["cl"].result_list
        return {user.email for user in rows}

    assert "member@example.nl" not in found()
    assert "member@example.nl" in found(who="all")
    assert found(who="all", q="mem") == {"member@example.nl"}


def test_a_colleague_gets_a_login_without_a_password(desk):
    group = Group.objects.get(name="counter")

    desk.post(
        "/admin/members/user/add/",
        {
            "email": "Bram@Example.nl",
            "name": "Bram",
            "language": "nl",
            "is_staff": "on",
            "groups": [group.pk],
        },
    )

    user = User.objects.get(email="bram@example.nl")
    assert user.is_staff
    assert not user.has_usable_password()
    assert list(user.groups.all()) == [group]


def test_nobody_gives_themselves_rights(desk_of):
    helper = desk_of("members.view_user", "members.change_user")
    user = User.objects.get(pk=int(helper.session["_auth_user_id"]))
    form = {"name": "Me", "language": "nl", "is_staff": "on", "is_active": "on"}

    helper.post(f"/admin/members/user/{user.pk}/change/", form | {"is_superuser": "on"})

    user.refresh_from_db()
    assert (user.name, user.is_superuser) == ("Me", False)


def test_a_superuser_is_changed_by_superusers_alone(desk_of, boss):
    helper = desk_of("members.view_user", "members.change_user")

    answer = helper.post(f"/admin/members/user/{boss.pk}/change/", {"name": "X", "language": "nl"})

    assert answer.status_code == 403


def test_a_tiers_names_are_edited_and_its_rank_is_not(desk):
    make.published_program()

    desk.post("/admin/members/tier/1/change/", {"rank": 5, "name_nl": "Zilver+", "name_en": "S"})

    assert Tier.objects.get(rank=1).name_nl == "Zilver+"
    assert not Tier.objects.filter(rank=5).exists()
