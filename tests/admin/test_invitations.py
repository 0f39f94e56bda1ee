"""Invitations in the back office: whom to invite, how far they came, and taking one back."""

import csv
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from mailroom.models import Letter
from members.actions.invitation import invite, mark_joined, withdraw_invitation
from members.models import Invitation, StaffAct
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/members/invitation/"
ADD = f"{LIST}add/"


def asked(femke, email="anna@example.nl", *, now=None, **fields) -> Invitation:
    return invite(email=email, staff_id=femke.pk, now=now or timezone.now(), **fields)


def sent(invitation, state="sent") -> None:
    now = timezone.now()
    make.letter(key=f"invitation:{invitation.pk}")
    at = now if state == "sent" else None
    Letter.objects.filter(key=f"invitation:{invitation.pk}").update(state=state, sent_at=at)


@pytest.fixture
def one_of_each(boss):
    """An invitation of every stage, by stage."""
    now = timezone.now()
    stages = ("waiting", "sent", "stuck", "joined", "withdrawn")
    found = {stage: asked(boss, f"{stage}@example.nl") for stage in stages}
    found["expired"] = asked(boss, "expired@example.nl", now=now - timedelta(days=31))
    for stage, state in (("sent", "sent"), ("stuck", "failed"), ("joined", "sent")):
        sent(found[stage], state)
    mark_joined(invitation_id=found["joined"].pk, member_id=make.member().pk, now=now)
    withdraw_invitation(invitation_id=found["withdrawn"].pk, now=now)
    return found


def rows(answer) -> list:
    return list(answer.context["cl"].result_list)


def test_the_list_tells_how_far_each_has_come(desk, one_of_each):
    shown = {row.email.split("@")[0]: row.stage for row in rows(desk.get(LIST))}

    assert shown == {stage: stage for stage in one_of_each}


@pytest.mark.parametrize("stage", ["waiting", "sent", "stuck", "joined", "withdrawn", "expired"])
def test_the_list_is_filtered_by_how_far_they_came(desk, one_of_each, stage):
    assert rows(desk.get(LIST, {"stage": stage})) == [one_of_each[stage]]


def test_an_invitation_that_made_way_for_a_new_one_had_run_out(desk, boss):
    old = asked(boss, now=timezone.now() - timedelta(days=40))
    asked(boss)

    assert {row.pk: row.stage for row in rows(desk.get(LIST))}[old.pk] == "expired"


def test_the_head_of_the_list_counts_whom_it_brought(desk, one_of_each):
    harvest = desk.get(LIST).context["harvest"]

    assert (harvest.invited, harvest.joined, harvest.open, harvest.share) == (6, 1, 3, "17%")


def test_before_anybody_was_invited_there_is_no_share(desk):
    assert desk.get(LIST).context["harvest"].share == "–"


def test_the_list_asks_as_little_for_many_as_for_one(
    desk, boss, django_assert_max_num_queries, django_assert_num_queries
):
    asked(boss)
    desk.get(LIST)
    with django_assert_max_num_queries(12) as first:
        desk.get(LIST)
    for number in range(5):
        sent(asked(boss, f"anna{number}@example.nl"))

    with django_assert_num_queries(len(first)):
        desk.get(LIST)


# Inviting addresses


def form(people, **changes) -> dict:
    return {"people": people, "language": "en", "reason": "First group"} | changes


def test_pasted_people_are_invited_each_with_a_trace(desk, boss):
    answer = desk.post(ADD, form('"Anna Visser" <Anna@example.nl>\n\nbram@example.nl,\n'))

    assert answer["Location"] == LIST
    found = {one.email: one for one in Invitation.objects.all()}
    assert set(found) == {"anna@example.nl", "bram@example.nl"}
    assert (found["anna@example.nl"].name, found["anna@example.nl"].language) == (
        "Anna Visser",
        "en",
    )
    acts = StaffAct.objects.all()
    assert {(act.staff, act.reason) for act in acts} == {(boss, "First group")}
    assert len(acts) == 2


def test_a_line_that_does_not_hold_stays_in_the_box_with_its_reason(desk, boss):
    member = make.member_with_login()
    asked(boss, "carla@example.nl")
    people = f"Anna Visser\nbram@example.nl\ncarla@example.nl\n{member.email}\n<a@b>\nx@@y.nl"

    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = desk.post(ADD, form(people))

    left = answer.context["form"]
    assert left["people"].value().splitlines() == [
        "Anna Visser",
        "carla@example.nl",
        member.email,
        "<a@b>",
        "x@@y.nl",
    ]
    errors = left.errors["people"]
    assert len(errors) == 5
    assert errors[0].startswith("Line 1, Anna Visser: ")
    assert set(Invitation.objects.values_list("email", flat=True)) == {
        "bram@example.nl",
        "carla@example.nl",
    }


@pytest.mark.parametrize(
    "changes", [{"people": ""}, {"reason": " "}, {"language": "de"}, {"people": "a@b.nl\n" * 501}]
)
def test_a_wrong_answer_invites_nobody(desk, changes):
    answer = desk.post(ADD, form("anna@example.nl") | changes)

    assert next(iter(changes)) in answer.context["form"].errors
    assert not Invitation.objects.exists()


def test_only_who_may_invite_sees_the_form_and_the_button_to_withdraw(desk_of, boss):
    invitation = asked(boss)
    reader = desk_of("members.view_invitation")
    for address in (ADD, f"{LIST}{invitation.pk}/withdraw/"):
        assert reader.get(address).status_code == 403
        assert reader.post(address, form("bram@example.nl")).status_code == 403

    assert reader.get(LIST).status_code == 200
    assert Invitation.objects.get().withdrawn_at is None


# Taking back


def test_an_invitation_is_withdrawn_with_who_and_why(desk, boss):
    invitation = asked(boss)

    desk.post(f"{LIST}{invitation.pk}/withdraw/", {"reason": "Wrong Anna"})

    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    act = StaffAct.objects.on(invitation).first()
    assert (act.staff, act.reason) == (boss, "Wrong Anna")


def test_what_was_used_cannot_be_withdrawn_and_is_not_offered(desk, one_of_each):
    address = f"{LIST}{one_of_each['joined'].pk}/"

    answer = desk.post(f"{address}withdraw/", {"reason": "Oops"})

    assert answer.context["form"].non_field_errors()
    assert f"{address}withdraw/" not in desk.get(f"{address}change/").content.decode()
    waiting = f"{LIST}{one_of_each['waiting'].pk}/"
    assert f"{waiting}withdraw/" in desk.get(f"{waiting}change/").content.decode()


# The file


def test_the_file_has_every_invitation_and_runs_no_formula(desk, one_of_each, boss):
    asked(boss, "evil@example.nl", name='=HYPERLINK("http://evil")')

    text = b"".join(desk.get(f"{LIST}download/").streaming_content).decode()

    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(found) == 1 + 7
    assert found[1][0] == "evil@example.nl"
    assert found[1][1] == '\'=HYPERLINK("http://evil")'
    assert len({row[7] for row in found[2:]}) == len(one_of_each)
