"""Refunds: a target, in parts or whole, and what becomes of points that were spent."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from members.actions.membership import close_membership
from points.actions.expiry import expire_points
from points.actions.purchases import record_refund, void_refund
from points.actions.redemption import restore_points, spend_points
from points.kinds import Kind
from points.models import Debt, Entry, Refund
from points.models import Purchase as PurchaseRow
from points.refusals import (
    OtherContent,
    RuleSaysNo,
)
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def refund(purchase, total, *, key="f1", at=NOW, now=NOW):
    return record_refund(
        member_id=purchase.member_id,
        source_id=purchase.source_id,
        refund=key,
        receipt=purchase.receipt,
        refunded_at=at,
        total=Decimal(total),
        actor="user:1",
        now=now,
    )


def spend(member, points, *, key=None, now=NOW):
    return spend_points(
        member_id=member.pk, points=points, request_key=key or uuid4(), actor="user:1", now=now
    )


def sound():
    return verify_ledger().violations == []


def test_closed_members_are_refused_purchases_and_refunds_stay_within_their_balance():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend(sanne, 30)
    close_membership(member_id=sanne.pk, now=NOW)

    with pytest.raises(RuleSaysNo) as refused:
        make.purchase(sanne, "5.00")
    refund(purchase, "50.00")

    assert refused.value.code == "member_closed"
    assert make.balance(sanne) == 0
    assert not Debt.objects.exists()
    assert sound()


def test_three_partial_refunds_take_as_much_as_one_whole():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "10.00")

    for part, key in (("3.33", "a"), ("3.33", "b"), ("3.34", "c")):
        refund(purchase, part, key=key)

    assert make.balance(sanne) == 0
    assert sound()


def test_a_refund_is_valued_by_the_purchases_own_version():
    make.published_program(rate=1)
    sanne = make.member()
    purchase = make.purchase(sanne, "10.00")
    make.published_program(rate=5, effective_at="2026-06-16T00:00:00+02:00")
    later = NOW + timedelta(days=2)

    refund(purchase, "5.00", at=later, now=later)

    assert make.balance(sanne) == 5


def test_a_refund_of_spent_points_becomes_a_debt_that_the_next_points_pay():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend(sanne, 40)

    refund(purchase, "50.00")

    assert make.balance(sanne) == -40
    assert Debt.objects.get().remaining == 40
    make.purchase(sanne, "100.00")
    assert make.balance(sanne) == 60
    assert Debt.objects.get().remaining == 0
    spend(sanne, 60)
    assert sound()


def test_within_balance_a_refund_leaves_no_debt_but_claims_what_is_restored_to_that_purchase():
    make.published_program(policy="within_balance")
    sanne = make.member()
    purchase = make.purchase(sanne, "100.00")
    key = uuid4()
    spend(sanne, 100, key=key)

    refund(purchase, "100.00")
    restore_points(
        member_id=sanne.pk, redemption_key=key, request_key=uuid4(), actor="user:1", now=NOW
    )

    assert make.balance(sanne) == 0
    assert not Debt.objects.exists()
    assert sound()


def test_more_refunded_than_paid_takes_no_more_than_was_earned_and_says_so():
    make.published_program()
    sanne = make.member(points=100)
    purchase = make.purchase(sanne, "10.00")

    refund(purchase, "25.00")

    assert make.balance(sanne) == 100
    assert Refund.objects.get().explanation["beyond_paid"] == "15.00"


def test_expired_points_of_a_purchase_count_as_taken_back():
    make.published_program(valid_months=1)
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    later = NOW + timedelta(days=60)

    refund(purchase, "50.00", at=later, now=later)

    assert make.balance(sanne) == 50
    expire_points(until=later, now=later)
    assert make.balance(sanne) == 0
    assert not Debt.objects.exists()


def test_a_refund_cannot_come_before_its_purchase_nor_name_an_unknown_one():
    make.published_program()
    sanne, other = make.member(), make.member()
    purchase = make.purchase(sanne)
    unknown = PurchaseRow(member_id=other.pk, source_id=purchase.source_id, receipt="nope")
    elses = PurchaseRow(member_id=other.pk, source_id=purchase.source_id, receipt=purchase.receipt)

    codes = []
    for which, at in (
        (purchase, NOW - timedelta(seconds=1)),
        (unknown, NOW),
        (elses, NOW),
    ):
        with pytest.raises(RuleSaysNo) as refused:
            refund(which, "1.00", at=at)
        codes.append(refused.value.code)

    assert codes == ["before_purchase", "unknown_purchase", "someone_elses"]
    assert not Refund.objects.exists()


def test_a_refund_again_changes_nothing_even_where_it_took_nothing():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "10.00")
    refund(purchase, "0.40", key="small")
    refund(purchase, "0.40", key="small")

    assert Refund.objects.count() == 1
    assert make.balance(sanne) == 9
    with pytest.raises(OtherContent):
        refund(purchase, "0.50", key="small")


def test_a_voided_refund_puts_back_what_it_took():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend(sanne, 20)
    refund(purchase, "50.00", key="wrong")

    for _ in range(2):
        void_refund(
            member_id=sanne.pk,
            source_id=purchase.source_id,
            request_key="v1",
            refund="wrong",
            voided_at=NOW,
            actor="user:1",
            now=NOW,
        )

    assert make.balance(sanne) == 30
    assert Debt.objects.get().remaining == 0
    assert Entry.objects.filter(kind=Kind.REFUND_VOIDED).count() == 1
    assert sound()
    with pytest.raises(RuleSaysNo) as refused:
        void_refund(
            member_id=sanne.pk,
            source_id=purchase.source_id,
            request_key="v2",
            refund="wrong",
            voided_at=NOW,
            actor="user:1",
            now=NOW,
        )
    assert refused.value.code == "already_voided"
