"""A purchase by hand: as its till would have posted it, once, and never for oneself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from members.actions.entitlement import MayNot, OwnAccount
from points.actions.staff_purchase import (
    ReceiptKnown,
    ReportedOtherwise,
    Slip,
    TooLongAgo,
    enter_purchase,
)
from points.models import OpenReceipt, Purchase
from points.refusals import InTheFuture, RuleSaysNo
from tests import make

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
    return enter_purchase(staff_id=staff.pk, member_id=member.pk, slip=Slip(**slip), now=NOW)


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
