"""A purchase by hand: as its till would have posted it, once, and above a limit by two."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from members.actions.approval import NotWhatWasShown, OwnRequest, ask_second_person
from members.actions.entitlement import MayNot, OwnAccount
from members.models import Approval, User
from points.actions.alone import used_alone
from points.actions.staff_purchase import (
    ReceiptKnown,
    ReportedOtherwise,
    Slip,
    TooLongAgo,
    approve_purchase,
    enter_purchase,
)
from points.models import OpenReceipt, Purchase
from points.refusals import InTheFuture, RuleSaysNo
from points.reports.verification import verify_ledger
from tests import make
from tests.points.adjusting import adjust

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(points=5)


@pytest.fixture
def bram():
    return make.staff_with("points.enter_purchase")


def enter(staff, member, **changes):
    slip = {
        "source_id": make.source(),
        "receipt": "R-1",
        "store": "Markt",
        "placed_at": NOW - timedelta(hours=2),
        "total": Decimal("25.50"),
    } | changes
    return enter_purchase(
        staff_id=staff.pk, member_id=member.pk, slip=Slip(**slip), note="Till was off", now=NOW
    )


def test_a_purchase_by_hand_earns_what_its_till_would_have_given(sanne, bram):
    bought = enter(bram, sanne)

    assert make.balance(sanne) == 30
    assert (bought.receipt, bought.store, bought.earned) == ("R-1", "Markt", 25)


def test_a_till_that_reports_it_later_gives_nothing_twice(sanne, bram):
    bought = enter(bram, sanne)

    make.purchase(sanne, "25.50", receipt="R-1", at=bought.placed_at)

    assert make.balance(sanne) == 30


def test_a_receipt_on_record_is_refused_whosever_it_is(sanne, bram):
    other = make.member()
    enter(bram, sanne)

    for who in (sanne, other):
        with pytest.raises(ReceiptKnown, match="R-1"):
            enter(bram, who)
    with pytest.raises(ReceiptKnown):
        enter(bram, sanne, total=Decimal("99.00"), receipt=" R-1 ")

    assert Purchase.objects.count() == 1


@pytest.mark.parametrize(
    ("ago", "refusal"),
    [(timedelta(seconds=-1), InTheFuture), (timedelta(days=365, seconds=1), TooLongAgo)],
)
def test_a_moment_to_come_or_more_than_a_year_ago_is_refused(sanne, bram, ago, refusal):
    with pytest.raises(refusal):
        enter(bram, sanne, placed_at=NOW - ago)


def test_a_year_ago_and_this_moment_are_taken(sanne, bram):
    enter(bram, sanne, placed_at=NOW - timedelta(days=365))
    enter(bram, sanne, placed_at=NOW, receipt="R-2")

    assert Purchase.objects.count() == 2


def test_nobody_enters_a_purchase_for_their_own_account(sanne, bram):
    for own in (make.member(user_id=bram.pk, email=None), make.member(email=bram.email)):
        with pytest.raises(OwnAccount):
            enter(bram, own)


def test_who_may_not_enter_purchases_is_refused(sanne):
    with pytest.raises(MayNot):
        enter(make.staff_with("points.adjust_points"), sanne)


def test_staff_of_a_store_enter_that_stores_purchases(sanne):
    bram = make.staff_with("points.enter_purchase", store="Haven")

    assert enter(bram, sanne, store="Markt").store == "Haven"


def test_a_closed_membership_takes_no_purchase(sanne, bram):
    type(sanne).objects.filter(pk=sanne.pk).update(status="closed", closed_at=NOW)

    with pytest.raises(RuleSaysNo):
        enter(bram, sanne)


def test_what_the_till_reported_without_a_card_is_posted_as_it_was_reported(sanne, bram):
    make.open_receipt("25.50", receipt="R-1", store="Haven")

    bought = enter(bram, sanne, store="Markt")

    assert (bought.store, bought.placed_at) == ("Haven", NOW)
    assert OpenReceipt.objects.get().claimed_by_id == sanne.pk


def test_another_amount_than_the_till_reported_is_refused(sanne, bram):
    make.open_receipt("25.50", receipt="R-1")

    with pytest.raises(ReportedOtherwise):
        enter(bram, sanne, total=Decimal("255.00"))

    assert make.balance(sanne) == 5


# Above what one may give alone


def test_what_it_earns_counts_in_the_days_limit(sanne, bram):
    enter(bram, sanne)

    assert used_alone(staff_id=bram.pk, now=NOW) == 25


def test_above_the_limit_a_second_person_is_asked_and_nothing_is_posted(sanne, bram):
    asked = enter(bram, sanne, total=Decimal("501.00"))

    assert (asked.kind, asked.state, asked.reason) == ("purchase", "waiting", "Till was off")
    assert asked.asked["points"] == 501
    assert make.balance(sanne) == 5
    assert not Purchase.objects.exists()
    assert used_alone(staff_id=bram.pk, now=NOW) == 0


def test_purchases_and_corrections_add_up(sanne):
    bram = make.staff_with("points.enter_purchase", "points.adjust_points")
    adjust(bram, sanne, 490)

    assert isinstance(enter(bram, sanne), Approval)
    assert isinstance(enter(bram, sanne, total=Decimal("10.00")), Purchase)
    assert adjust(bram, sanne, 1) is not None


def test_the_same_request_twice_is_asked_once(sanne, bram):
    first, again = (enter(bram, sanne, total=Decimal("501.00")) for _ in range(2))

    assert first == again
    assert enter(bram, sanne, total=Decimal("502.00")) != first


def test_what_the_till_itself_reported_has_no_limit(sanne, bram):
    make.open_receipt("700.00", receipt="R-1")

    enter(bram, sanne, total=Decimal("700.00"))

    assert make.balance(sanne) == 705
    assert used_alone(staff_id=bram.pk, now=NOW) == 0


def approve(asked, staff=None):
    return approve_purchase(
        approval_id=asked.pk,
        digest=asked.digest,
        staff_id=(staff or make.staff_with("members.decide_approval")).pk,
        note="",
        now=NOW + timedelta(days=1),
    )


def test_a_second_person_posts_what_was_asked_at_its_own_moment(sanne, bram):
    asked = enter(bram, sanne, total=Decimal("501.00"))

    assert approve(asked).state == "approved"

    bought = Purchase.objects.get()
    assert (bought.total, bought.placed_at) == (Decimal("501.00"), NOW - timedelta(hours=2))
    assert make.balance(sanne) == 506
    assert verify_ledger().violations == []


def test_nobody_approves_the_purchase_they_asked_for(sanne):
    both = make.staff_with("points.enter_purchase", "members.decide_approval")

    with pytest.raises(OwnRequest):
        approve(enter(both, sanne, total=Decimal("501.00")), both)


def test_a_colleague_who_left_gets_no_purchase_posted(sanne, bram):
    asked = enter(bram, sanne, total=Decimal("501.00"))
    User.objects.filter(pk=bram.pk).update(is_active=False)

    with pytest.raises(MayNot):
        approve(asked)


def test_a_receipt_that_earns_other_points_than_were_shown_is_asked_again(sanne, bram):
    asked = enter(bram, sanne, total=Decimal("501.00"))
    shown = ask_second_person(
        kind=Approval.Kind.PURCHASE,
        member_id=sanne.pk,
        asked=asked.asked | {"points": 600},
        reason="Till was off",
        request_key=uuid4(),
        staff_id=bram.pk,
        now=NOW,
    )

    with pytest.raises(NotWhatWasShown, match="501"):
        approve(shown)

    assert not Purchase.objects.exists()


def test_a_receipt_that_came_in_meanwhile_is_not_posted_twice(sanne, bram):
    asked = enter(bram, sanne, total=Decimal("501.00"))
    enter(make.staff_with("points.enter_purchase"), sanne, total=Decimal("30.00"))

    with pytest.raises(ReceiptKnown):
        approve(asked)

    assert make.balance(sanne) == 35
    asked.refresh_from_db()
    assert asked.state == "waiting"
