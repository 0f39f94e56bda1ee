"""The book's smaller rules, one by one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from points.book import Book
from points.book_rows import Refused, Stamp, Standing
from points.book_rules import apply
from points.events import Credit, Debit, Purchase, Refund, Restore, VoidRefund
from points.kinds import Kind
from points.rules import Program, RefundPolicy, Rules

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
RULES = Rules(1, "Test", NOW - timedelta(days=400), ZoneInfo("Europe/Amsterdam"))
LENIENT = Rules(
    1,
    "Test",
    NOW - timedelta(days=400),
    ZoneInfo("Europe/Amsterdam"),
    refund_policy=RefundPolicy.WITHIN_BALANCE,
)


def a_book(*events, rules=RULES, standing=Standing.ACTIVE):
    book = Book(7, Stamp(NOW, 2, "test"), standing=standing, status_days=365)
    for event in events:
        apply(book, event, Program([rules]))
    return book


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (Restore("x", 7, LATER, "nothing"), "unknown_redemption"),
        (Restore("x", 7, NOW - timedelta(hours=1), "d1"), "before_redemption"),
        (Restore("x", 7, LATER, "d1", 11), "more_than_redeemed"),
        (Restore("x", 7, LATER, "d1", 0), "more_than_redeemed"),
        (VoidRefund("x", 7, LATER, "nothing"), "unknown_refund"),
        (VoidRefund("x", 7, NOW - timedelta(hours=1), "f1"), "before_refund"),
        (Refund("x", 7, LATER, Decimal(1), "nothing"), "unknown_purchase"),
        (Refund("x", 7, NOW - timedelta(hours=1), Decimal(1), "p1"), "before_purchase"),
        (Purchase("x", 7, NOW - timedelta(days=401), Decimal(1)), "outside_program"),
        (Debit("x", 7, LATER, 1_000), "not_enough_points"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(event, code):
    book = a_book(
        Purchase("p1", 7, NOW, Decimal(100)),
        Debit("d1", 7, NOW, 10),
        Refund("f1", 7, NOW, Decimal(20), "p1"),
    )
    before = (book.balance, book.head, len(book.allocations))

    with pytest.raises(Refused) as refused:
        apply(book, event, Program([RULES]))

    assert refused.value.code == code
    assert (book.balance, book.head, len(book.allocations)) == before


@pytest.mark.parametrize("event", [Credit("b", 7, NOW, 5), Debit("d", 7, NOW, 5)])
def test_a_closed_member_is_given_nothing_and_spends_nothing(event):
    book = a_book(standing=Standing.CLOSED)

    with pytest.raises(Refused, match="member_closed"):
        apply(book, event, Program([RULES]))


def test_two_debts_are_paid_oldest_first_until_the_credit_is_used_up():
    book = a_book(
        Purchase("p1", 7, NOW, Decimal(50)),
        Purchase("p2", 7, NOW, Decimal(50)),
        Debit("d1", 7, NOW, 100),
        Refund("f1", 7, NOW + timedelta(hours=1), Decimal(50), "p1"),
        Refund("f2", 7, NOW + timedelta(hours=2), Decimal(50), "p2"),
        Credit("b1", 7, NOW + timedelta(hours=3), 30),
    )

    assert [debt.remaining for debt in book.debts] == [20, 50]
    assert book.balance == -70


def test_a_credit_for_exactly_the_oldest_debt_leaves_the_next():
    book = a_book(
        Purchase("p1", 7, NOW, Decimal(50)),
        Purchase("p2", 7, NOW, Decimal(50)),
        Debit("d1", 7, NOW, 100),
        Refund("f1", 7, NOW + timedelta(hours=1), Decimal(50), "p1"),
        Refund("f2", 7, NOW + timedelta(hours=2), Decimal(50), "p2"),
        Credit("b1", 7, NOW + timedelta(hours=3), 50),
    )

    assert [debt.remaining for debt in book.debts] == [0, 50]


def test_what_was_waived_is_claimed_only_from_what_comes_back_to_that_purchase():
    book = a_book(
        Purchase("p1", 7, NOW, Decimal(60)),
        Purchase("p2", 7, NOW, Decimal(40)),
        Debit("d1", 7, NOW, 100),
        Refund("f1", 7, LATER, Decimal(60), "p1"),
        rules=LENIENT,
    )
    assert book.bought["p1"].waived == 60

    apply(book, Restore("r1", 7, LATER, "d1", 70), Program([LENIENT]))

    assert book.balance == 40
    assert book.bought["p1"].waived == 30
    assert [entry.points for entry in book.entries[-2:]] == [70, -30]
    assert book.entries[-1].kind is Kind.CLAWED_BACK


def test_a_point_restored_to_pay_a_debt_is_not_claimed_as_well():
    strict, lenient = Program([RULES]), Program([LENIENT])
    book = a_book(Purchase("p1", 7, NOW, Decimal(60)), Debit("d1", 7, NOW, 60), rules=LENIENT)
    apply(book, Refund("f1", 7, LATER, Decimal(60), "p1"), lenient)
    other = Purchase("p2", 7, LATER, Decimal(60))
    apply(book, other, strict)
    apply(book, Debit("d2", 7, LATER, 60), strict)
    apply(book, Refund("f2", 7, LATER, Decimal(60), "p2"), strict)
    assert book.debt == 60

    apply(book, Restore("r1", 7, LATER, "d1"), lenient)

    assert (book.debt, book.balance) == (0, 0)
    assert book.bought["p1"].waived == 60


def test_a_frozen_member_is_corrected_all_the_same():
    book = a_book(Credit("b1", 7, NOW, 30))
    book.standing = Standing.FROZEN

    apply(book, Debit("a1", 7, NOW, 10, Kind.ADJUSTED, "mistake"), Program([RULES]))

    assert book.balance == 20
