"""Nine ways round the second person, each through the real doors; none leads anywhere."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import DatabaseError, transaction
from django.utils import timezone

from members.models import Approval, StaffAct, User
from points.models import AdjustmentLimit, Entry
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.second_person import (
    APPROVALS,
    ASKS,
    DECIDES,
    ask,
    decide,
    requested,
    shown_digest,
    state,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(name="Sanne de Vries", points=1000)


@pytest.fixture
def bram():
    return with_factor(make.staff_with(*ASKS, name="Bram Bakker", language="en"))


@pytest.fixture
def carla():
    return with_factor(make.staff_with(*DECIDES, name="Carla Smit", language="en"))


@pytest.fixture
def asking(bram):
    """Bram's desk; on his own he may adjust 500 points a day."""
    return at_desk(bram)


@pytest.fixture
def deciding(carla):
    return at_desk(carla)


# As it is meant


def test_above_the_limit_a_colleague_is_asked_and_nothing_changes(asking, bram, sanne):
    answer = ask(asking, sanne, 600)

    assert answer["Location"] == f"/admin/members/member/{sanne.pk}/change/"
    assert make.balance(sanne) == 1000
    assert Approval.objects.get().asked_by == bram
    act = StaffAct.objects.get()
    assert (act.staff, act.member, act.reason) == (bram, sanne, "Till off")


def test_a_colleague_reads_what_is_asked_and_approves(asking, deciding, bram, carla, sanne):
    approval = requested(asking, sanne)

    page = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    for fact in ("Sanne de Vries", "+600", "1,000", "1,600", "a mistake of ours", "Till off"):
        assert fact in page
    assert "Bram Bakker" in page
    answer = decide(deciding, approval, digest=shown_digest(deciding, approval))

    assert answer["Location"] == APPROVALS
    assert make.balance(sanne) == 1600
    assert Entry.objects.latest("sequence").actor == f"user:{bram.pk},user:{carla.pk}"
    act = StaffAct.objects.latest("id")
    assert (act.staff, act.member) == (carla, sanne)
    assert "Bram Bakker" in act.what
    assert act.after == {"state": "approved"}


def test_a_refusal_needs_a_note_and_leaves_the_points(asking, deciding, sanne):
    approval = requested(asking, sanne)

    unsaid = decide(deciding, approval, "refuse")
    decide(deciding, approval, "refuse", note="Ask her first")

    assert unsaid.context["form"].errors["note"]
    assert state(approval) == "refused"
    assert make.balance(sanne) == 1000
    assert StaffAct.objects.latest("id").reason == "Ask her first"


def test_who_asked_withdraws_on_the_requests_page(asking, sanne):
    approval = requested(asking, sanne)
    address = f"{APPROVALS}{approval.pk}/withdraw/"
    assert address in asking.get(f"{APPROVALS}{approval.pk}/change/").content.decode()

    asking.post(address, {"reason": "Wrong member"})

    assert state(approval) == "withdrawn"


def test_what_the_ledger_refuses_is_told_and_goes_on_waiting(asking, deciding, sanne):
    approval = requested(asking, sanne, -1001)

    answer = decide(deciding, approval)

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert state(approval) == "waiting"
    assert make.balance(sanne) == 1000


def test_waiting_requests_stand_first_and_are_filtered(asking, deciding, bram, sanne):
    decided, waiting = requested(asking, sanne, 600), requested(asking, sanne, 700)
    newest = requested(asking, sanne, 800)
    decide(deciding, newest, "refuse", note="No")
    latest = requested(asking, sanne, 900)
    decide(deciding, decided)

    def listed(**query):
        return list(deciding.get(APPROVALS, query).context["cl"].result_list)

    assert listed() == [latest, waiting, newest, decided]
    assert listed(state="waiting") == [latest, waiting]
    assert listed(state="approved") == [decided]
    assert listed(state="expired") == []
    assert listed(asked_by=bram.pk) == [latest, waiting, newest, decided]
    assert listed(member__id__exact=sanne.pk + 1) == []


def test_the_list_asks_as_little_for_many_as_for_one(
    asking, deciding, sanne, django_assert_max_num_queries, django_assert_num_queries
):
    requested(asking, sanne)
    deciding.get(APPROVALS)
    with django_assert_max_num_queries(12) as first:
        deciding.get(APPROVALS)
    asked = len(first)
    for _ in range(5):
        requested(asking, make.member(points=1))

    with django_assert_num_queries(asked):
        deciding.get(APPROVALS)


# 1. Approving oneself, by form


def test_nobody_approves_their_own_request_by_form(sanne):
    both = at_desk(with_factor(make.staff_with(*ASKS, *DECIDES)))
    approval = requested(both, sanne)

    page = both.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    answer = decide(both, approval)

    assert 'name="decision"' not in page
    assert answer.status_code == 200
    assert (state(approval), make.balance(sanne)) == ("waiting", 1000)


# 2. Approving oneself, by bulk action


@pytest.mark.parametrize("name", ["decide", "approve", "withdraw", "delete_selected"])
def test_nothing_is_decided_in_bulk(sanne, name):
    both = at_desk(with_factor(make.staff(superuser=True)))
    approval = requested(both, sanne)

    both.post(
        APPROVALS,
        {"action": name, "_selected_action": [approval.pk], "decision": "approve", "index": 0},
    )

    assert (state(approval), make.balance(sanne)) == ("waiting", 1000)


# 3. In a second tab


def test_a_second_tab_does_not_approve_again(asking, deciding, sanne):
    approval = requested(asking, sanne)
    first, second = shown_digest(deciding, approval), shown_digest(deciding, approval)

    decide(deciding, approval, digest=first)
    answer = decide(deciding, approval, digest=second)

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert make.balance(sanne) == 1600


def test_what_one_tab_showed_does_not_approve_what_another_shows(asking, deciding, sanne):
    small, large = requested(asking, sanne, 600), requested(asking, sanne, 60_000)

    answer = decide(deciding, large, digest=shown_digest(deciding, small))

    assert answer.context["form"].non_field_errors()
    assert (state(large), make.balance(sanne)) == ("waiting", 1000)


def test_a_form_without_the_digest_decides_nothing(asking, deciding, sanne):
    approval = requested(asking, sanne)

    deciding.post(f"{APPROVALS}{approval.pk}/decide/", {"decision": "approve"})
    deciding.get(f"{APPROVALS}{approval.pk}/decide/", {"decision": "approve"})

    assert state(approval) == "waiting"


# 4. Changing the request


@pytest.mark.parametrize("is_decided", [False, True])
def test_a_request_stays_as_it_was_asked(asking, deciding, sanne, is_decided):
    approval = requested(asking, sanne)
    if is_decided:
        decide(deciding, approval)
    desk = at_desk(with_factor(make.staff(superuser=True)))

    answer = desk.post(f"{APPROVALS}{approval.pk}/change/", {"reason": "x", "state": "approved"})
    with pytest.raises(DatabaseError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(asked=approval.asked | {"points": 9000})

    assert answer.status_code == 403
    assert Approval.objects.get(pk=approval.pk).asked["points"] == 600


def test_the_askers_form_sent_again_with_other_points_changes_nothing(asking, deciding, sanne):
    approval = requested(asking, sanne)
    form = {"points": 400, "cause": "mistake", "reason": "Till off"}

    answer = ask(asking, sanne, 0, form=form | {"request_key": str(approval.request_key)})

    assert answer.context["form"].non_field_errors()
    decide(deciding, approval)
    assert make.balance(sanne) == 1600


# 5. Approving twice at once: tests/points/test_staff_adjustment_races.py


# 6. Ten times just under the limit


def test_ten_times_just_under_the_limit_is_once(asking, sanne):
    for _ in range(10):
        ask(asking, sanne, 499)

    assert make.balance(sanne) == 1499
    assert Approval.objects.filter(state="waiting").count() == 9


def test_taking_and_giving_the_same_does_not_free_the_limit(asking, sanne):
    ask(asking, sanne, 400)
    ask(asking, sanne, -400)

    assert make.balance(sanne) == 1400
    assert Approval.objects.get().asked["points"] == -400


# 7. Somebody who may not any more


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_left_decides_nothing_with_a_page_that_is_still_open(
    asking, deciding, carla, sanne, change
):
    approval = requested(asking, sanne)
    digest = shown_digest(deciding, approval)
    User.objects.filter(pk=carla.pk).update(**change)

    answer = decide(deciding, approval, digest=digest)

    assert answer.status_code in {302, 403}
    assert (state(approval), make.balance(sanne)) == ("waiting", 1000)


def test_who_lost_the_permission_decides_nothing(asking, deciding, carla, sanne):
    approval = requested(asking, sanne)
    carla.user_permissions.clear()

    assert decide(deciding, approval).status_code == 403
    assert state(approval) == "waiting"


def test_what_a_colleague_who_left_has_asked_is_not_carried_out(asking, deciding, bram, sanne):
    approval = requested(asking, sanne)
    User.objects.filter(pk=bram.pk).update(is_active=False)

    answer = decide(deciding, approval)

    assert answer.context["form"].non_field_errors()
    assert (state(approval), make.balance(sanne)) == ("waiting", 1000)


# 8. One's own account


def by_login(user):
    return make.member(user_id=user.pk, email=None)


def by_address(user):
    return make.member(email=user.email)


def by_capitals(user):
    EmailAddress.objects.create(user=user, email="Own.Name@Example.NL")
    return make.member(email="own.name@example.nl")


@pytest.mark.parametrize("own", [by_login, by_address, by_capitals])
@pytest.mark.parametrize("points", [5, 600])
def test_nobody_gives_themselves_points_or_asks_for_them(asking, bram, sanne, own, points):
    mine = own(bram)

    page = asking.get(f"/admin/members/member/{mine.pk}/change/").content.decode()
    answer = ask(asking, mine, points)

    assert f"/member/{mine.pk}/adjust/" not in page
    assert answer.context["form"].non_field_errors()
    assert not Approval.objects.exists()
    assert not Entry.objects.filter(member=mine.pk).exists()


@pytest.mark.parametrize("own", [by_login, by_address, by_capitals])
def test_nobody_approves_points_for_themselves(asking, deciding, carla, sanne, own):
    approval = requested(asking, own(carla))

    page = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    answer = decide(deciding, approval)

    assert 'name="decision"' not in page
    assert answer.context["form"].non_field_errors()
    assert state(approval) == "waiting"


# 9. A receipt that nobody else has seen: test_second_person_for_receipts.py


# The limit


def test_the_limit_is_set_on_a_page_of_its_own_with_a_trace(desk):
    address = "/admin/points/adjustmentlimit/1/change/"
    assert desk.get("/admin/points/adjustmentlimit/")["Location"] == address
    assert desk.get(address).status_code == 200

    desk.post(address, {"points_a_day": 250})

    assert AdjustmentLimit.current() == 250
    act = StaffAct.objects.get()
    assert (act.before, act.after) == ({"points_a_day": 500}, {"points_a_day": 250})


def test_a_limit_below_nothing_is_told_beside_its_field(desk):
    answer = desk.post("/admin/points/adjustmentlimit/1/change/", {"points_a_day": -1})

    assert answer.context["adminform"].form.errors["points_a_day"]
    assert AdjustmentLimit.current() == 500


def test_an_expired_request_says_so_and_cannot_be_decided(asking, deciding, sanne):
    approval = requested(asking, sanne)
    later = timezone.now() + timedelta(days=8)

    with time_machine.travel(later, tick=False):
        desk = at_desk(User.objects.get(name="Carla Smit", language="en"))
        page = desk.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
        answer = decide(desk, approval)
        expired = desk.get(APPROVALS, {"state": "expired"}).context["cl"].result_list

    assert 'name="decision"' not in page
    assert answer.context["form"].non_field_errors()
    assert list(expired) == [approval]
