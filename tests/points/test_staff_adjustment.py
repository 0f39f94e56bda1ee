"""Points that staff give and take: alone up to the day's limit, above it with a second person."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pgtrigger
import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, IntegrityError, transaction

from members.actions.approval import (
    AlreadyDecided,
    NotWhatWasShown,
    OwnRequest,
    RequestExpired,
    SomebodyElsesRequest,
    refuse_request,
    withdraw_request,
)
from members.actions.entitlement import MayNot, OwnAccount
from members.models import Approval, Member, User
from members.models.approval import fingerprint
from points.actions.adjustment import AdjustmentReason, NothingToAdjust
from points.actions.alone import used_alone
from points.actions.staff_adjustment import approve_adjustment
from points.models import AdjustmentLimit, Entry
from points.refusals import OtherContent, RuleSaysNo
from tests import make
from tests.points.adjusting import adjust

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(points=1000)


@pytest.fixture
def bram():
    """May adjust; the limit is 500 points a day."""
    return make.staff_with("points.adjust_points", name="Bram")


@pytest.fixture
def carla():
    """May decide."""
    return make.staff_with("members.decide_approval", name="Carla")


def approve(approval, staff, *, digest=None, now=NOW):
    return approve_adjustment(
        approval_id=approval.pk,
        digest=digest or approval.digest,
        staff_id=staff.pk,
        note="",
        now=now,
    )


def test_within_the_limit_points_are_adjusted_at_once(sanne, bram):
    assert adjust(bram, sanne, 500) is None

    assert make.balance(sanne) == 1500
    assert Entry.objects.latest("sequence").actor == f"user:{bram.pk}"
    assert used_alone(staff_id=bram.pk, now=NOW) == 500


def test_one_point_above_the_limit_waits_for_a_second_person(sanne, bram):
    asked = adjust(bram, sanne, 501)

    assert make.balance(sanne) == 1000
    assert (asked.state, asked.member, asked.asked_by) == ("waiting", sanne, bram)
    assert asked.expires_at == NOW + timedelta(days=7)
    assert asked.asked["points"] == 501
    assert asked.asked["note"] == "The till was off"
    assert asked.digest == fingerprint(asked.asked)


def test_taking_above_the_limit_waits_as_giving_does(sanne, bram):
    adjust(bram, sanne, 100)

    assert adjust(bram, sanne, -401).state == "waiting"
    assert adjust(bram, sanne, -400) is None


def test_given_and_taken_points_of_a_day_add_up_over_members(sanne, bram):
    other = make.member(points=1000)
    adjust(bram, sanne, 300)
    adjust(bram, other, -150)

    asked = adjust(bram, sanne, 51)

    assert asked.state == "waiting"
    assert used_alone(staff_id=bram.pk, now=NOW) == 450
    assert adjust(bram, sanne, 50) is None


def test_what_a_second_person_decides_does_not_use_up_the_day(sanne, bram):
    adjust(bram, sanne, 600)

    assert adjust(bram, sanne, 500) is None


def test_a_refused_adjustment_does_not_use_up_the_day(sanne, bram):
    with pytest.raises(RuleSaysNo):
        adjust(bram, make.member(points=5), -100)

    assert used_alone(staff_id=bram.pk, now=NOW) == 0


def test_the_day_is_the_programs(sanne, bram):
    before_midnight = datetime(2026, 6, 15, 21, 59, tzinfo=UTC)  # 23:59 in Amsterdam
    adjust(bram, sanne, 500, now=before_midnight)

    assert adjust(bram, sanne, 1, now=before_midnight + timedelta(seconds=59)) is not None
    assert adjust(bram, sanne, 500, now=before_midnight + timedelta(minutes=1)) is None


def test_each_colleague_has_a_limit_of_their_own(sanne, bram):
    adjust(bram, sanne, 500)
    other = make.staff_with("points.adjust_points")

    assert adjust(other, sanne, 500) is None


def test_with_a_limit_of_nothing_every_adjustment_waits(sanne, bram):
    AdjustmentLimit.objects.create(points_a_day=0)

    assert adjust(bram, sanne, 1).state == "waiting"


def test_the_same_form_sent_twice_adjusts_and_asks_once(sanne, bram):
    small, large = uuid4(), uuid4()

    for _ in range(2):
        adjust(bram, sanne, 50, key=small)
        adjust(bram, sanne, 600, key=large)

    assert make.balance(sanne) == 1050
    assert used_alone(staff_id=bram.pk, now=NOW) == 50
    assert Approval.objects.count() == 1


@pytest.mark.parametrize("first", [50, 600])
@pytest.mark.parametrize(
    "change", [{"points": 60}, {"points": 700}, {"cause": AdjustmentReason.GOOD_WILL, "points": 60}]
)
def test_the_same_form_with_other_points_is_refused(sanne, bram, first, change):
    key = uuid4()
    adjust(bram, sanne, first, key=key)

    with pytest.raises(OtherContent):
        adjust(bram, sanne, key=key, **change)


def test_a_form_sent_again_after_the_decision_says_so(sanne, bram, carla):
    key = uuid4()
    approve(adjust(bram, sanne, 600, key=key), carla)

    with pytest.raises(AlreadyDecided):
        adjust(bram, sanne, 600, key=key)

    assert make.balance(sanne) == 1600


def test_nothing_is_no_adjustment(sanne, bram):
    with pytest.raises(NothingToAdjust):
        adjust(bram, sanne, 0)


# The decision


@pytest.mark.parametrize(("points", "after"), [(600, 1600), (-600, 400)])
def test_what_was_asked_is_carried_out_and_names_both_people(sanne, bram, carla, points, after):
    asked = adjust(bram, sanne, points)

    decided = approve(asked, carla)

    assert make.balance(sanne) == after
    assert Entry.objects.latest("sequence").actor == f"user:{bram.pk},user:{carla.pk}"
    assert (decided.state, decided.decided_by, decided.decided_at) == ("approved", carla, NOW)


def test_a_request_is_decided_once(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)
    approve(asked, carla)

    with pytest.raises(AlreadyDecided):
        approve(asked, make.staff_with("members.decide_approval"))
    with pytest.raises(AlreadyDecided):
        withdraw_request(approval_id=asked.pk, staff_id=bram.pk, note="", now=NOW)

    assert make.balance(sanne) == 1600


def test_nobody_decides_their_own_request(sanne):
    both = make.staff_with("points.adjust_points", "members.decide_approval")
    asked = adjust(both, sanne, 600)

    with pytest.raises(OwnRequest):
        approve(asked, both)
    with pytest.raises(OwnRequest):
        refuse_request(
            approval_id=asked.pk, digest=asked.digest, staff_id=both.pk, note="", now=NOW
        )

    assert make.balance(sanne) == 1000


def test_the_database_keeps_anybody_from_approving_their_own(sanne, bram):
    asked = adjust(bram, sanne, 600)

    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(
            state="approved", decided_by=bram, decided_at=NOW
        )


def test_another_digest_than_the_one_shown_is_refused(sanne, bram, carla):
    asked, other = adjust(bram, sanne, 600), adjust(bram, sanne, 700)

    with pytest.raises(NotWhatWasShown):
        approve(asked, carla, digest=other.digest)

    assert make.balance(sanne) == 1000


def test_what_was_asked_cannot_be_changed_before_or_after_the_decision(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)

    for state in ("waiting", "approved"):
        if state == "approved":
            approve(asked, carla)
        for change in ({"asked": asked.asked | {"points": 9000}}, {"digest": "0" * 64}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Approval.objects.filter(pk=asked.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            asked.delete()


def test_a_request_that_was_changed_behind_the_triggers_back_is_not_carried_out(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)
    with pgtrigger.ignore("members.Approval:asked_stays"):
        Approval.objects.filter(pk=asked.pk).update(asked=asked.asked | {"points": 9000})

    with pytest.raises(NotWhatWasShown):
        approve(asked, carla)

    assert make.balance(sanne) == 1000


def test_a_request_expires_after_seven_days(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)

    with pytest.raises(RequestExpired):
        approve(asked, carla, now=NOW + timedelta(days=7))

    assert approve(asked, carla, now=NOW + timedelta(days=7, seconds=-1)).state == "approved"


def test_a_refused_request_changes_no_points_and_keeps_the_note(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)

    refused = refuse_request(
        approval_id=asked.pk, digest=asked.digest, staff_id=carla.pk, note=" Too much ", now=NOW
    )

    assert (refused.state, refused.note, refused.decided_by) == ("refused", "Too much", carla)
    assert make.balance(sanne) == 1000


def test_only_who_asked_withdraws(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)

    with pytest.raises(SomebodyElsesRequest):
        withdraw_request(approval_id=asked.pk, staff_id=carla.pk, note="", now=NOW)
    withdraw_request(approval_id=asked.pk, staff_id=bram.pk, note="A mistake", now=NOW)

    with pytest.raises(AlreadyDecided):
        approve(asked, carla)


def test_what_the_ledger_refuses_goes_on_waiting(sanne, bram, carla):
    asked = adjust(bram, sanne, -1001)

    with pytest.raises(RuleSaysNo) as refused:
        approve(asked, carla)

    assert refused.value.code == "not_enough_points"
    asked.refresh_from_db()
    assert asked.state == "waiting"
    make.give(sanne, 1)
    assert approve(asked, carla).state == "approved"


# Who may


def test_who_may_not_adjust_is_refused(sanne):
    for nobody in (
        make.staff_with(),
        make.staff_with("points.adjust_points", is_active=False),
        make.login(is_superuser=True),
    ):
        with pytest.raises(MayNot):
            adjust(nobody, sanne, 5)


def test_who_may_not_decide_any_more_is_refused(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)
    User.objects.filter(pk=carla.pk).update(is_active=False)

    with pytest.raises(MayNot):
        approve(asked, carla)
    with pytest.raises(MayNot):
        approve(asked, make.staff_with("points.adjust_points"))


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_what_somebody_asked_who_left_is_not_carried_out(sanne, bram, carla, change):
    asked = adjust(bram, sanne, 600)
    User.objects.filter(pk=bram.pk).update(**change)

    with pytest.raises(MayNot):
        approve(asked, carla)


def test_what_somebody_asked_who_may_not_adjust_any_more_is_not_carried_out(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)
    bram.user_permissions.clear()

    with pytest.raises(MayNot):
        approve(asked, carla)


def own_by_login(staff) -> Member:
    return make.member(user_id=staff.pk, email=None)


def own_by_address(staff) -> Member:
    return make.member(email=staff.email)


def own_by_capitals(staff) -> Member:
    EmailAddress.objects.create(user=staff, email="Bram.Bakker@Example.NL")
    return make.member(email="bram.bakker@example.nl")


OWN = [own_by_login, own_by_address, own_by_capitals]


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("points", [5, 600])
def test_nobody_adjusts_their_own_account(sanne, bram, own, points):
    with pytest.raises(OwnAccount):
        adjust(bram, own(bram), points)

    assert not Approval.objects.exists()


@pytest.mark.parametrize("own", OWN)
def test_nobody_approves_for_their_own_account(sanne, bram, carla, own):
    asked = adjust(bram, own(carla), 600)

    with pytest.raises(OwnAccount):
        approve(asked, carla)


def test_who_came_to_own_the_account_since_asking_gets_nothing(sanne, bram, carla):
    asked = adjust(bram, sanne, 600)
    Member.objects.filter(pk=sanne.pk).update(email=bram.email)

    with pytest.raises(OwnAccount):
        approve(asked, carla)
