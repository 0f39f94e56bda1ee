"""Rows without a card: kept until somebody claims them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from points.actions.activity import import_activity
from points.actions.receipts import claim_receipt
from points.models import Entry, OpenReceipt, OpenRefund, Purchase
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
HEADER = "kind,id,member,at,total,refers_to,store,till,cashier"
AT = "2026-06-14T12:00:00+02:00"
PLACED = datetime(2026, 6, 14, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def take_in(tmp_path):
    """Import rows of a night; return the summary."""
    make.published_program(excluded='["Tabak"]')
    source_id = make.source()

    def take_in(*rows, lines=None, now=NOW):
        path = tmp_path / "night.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        if lines:
            (tmp_path / "lines.csv").write_text("\n".join(lines) + "\n")
        return import_activity(
            path=path,
            source_id=source_id,
            now=now,
            lines=tmp_path / "lines.csv" if lines else None,
        )

    return take_in


def why(summary):
    return [fault.why for fault in summary.faults]


def claim(member, number, total, now=NOW):
    return claim_receipt(
        member_id=member.pk,
        number=number,
        bought_on=PLACED.date(),
        total=Decimal(total),
        actor="user:1",
        now=now,
    )


def test_a_purchase_without_a_card_waits_with_all_that_was_reported(take_in):
    summary = take_in(f"purchase,r1,,{AT},12.50,,Utrecht,3,K7")

    waiting = OpenReceipt.objects.get()
    assert (summary.without_card, summary.posted, summary.faults) == (1, 0, [])
    assert (waiting.receipt, waiting.placed_at, waiting.total) == ("r1", PLACED, Decimal("12.50"))
    assert (waiting.store, waiting.till, waiting.cashier) == ("Utrecht", "3", "K7")
    assert not Purchase.objects.exists()


def test_its_lines_wait_too_and_count_when_it_is_claimed(take_in):
    header = "receipt,line,product,department,category,quantity,amount"
    take_in(
        f"purchase,r1,,{AT},12.50,,,,",
        lines=[header, "r1,1,p,,Fruit,1.5,4.50", "r1,2,p,,Tabak,1,8.00"],
    )

    purchase = claim(make.member(), "r1", "12.50")

    assert (purchase.base, purchase.earned) == (Decimal("4.50"), 4)
    assert purchase.lines.count() == 2


def test_the_same_file_again_changes_nothing(take_in):
    rows = [f"purchase,r1,,{AT},12.50,,,,", f"refund,f1,,{AT},2.00,r1,,,"]
    take_in(*rows)

    again = take_in(*rows)

    assert (again.without_card, again.repeated, again.faults) == (0, 2, [])
    assert (OpenReceipt.objects.count(), OpenRefund.objects.count()) == (1, 1)


@pytest.mark.parametrize("row", [f"{AT},13.00", "2026-06-14T12:00:01+02:00,12.50"])
def test_a_known_receipt_with_other_content_is_refused(take_in, row):
    take_in(f"purchase,r1,,{AT},12.50,,,,")

    summary = take_in(f"purchase,r1,,{row},,,,")

    assert why(summary) == ["id: r1 was reported before with another moment, total or receipt."]
    assert OpenReceipt.objects.get().total == Decimal("12.50")


def test_a_receipt_of_a_member_is_not_opened(take_in):
    make.purchase(make.member(), "12.50", at=PLACED, receipt="r1")

    same = take_in(f"purchase,r1,,{AT},12.50,,,,")
    other = take_in(f"purchase,r1,,{AT},13.00,,,,")

    assert (same.repeated, same.faults) == (1, [])
    assert len(other.faults) == 1
    assert not OpenReceipt.objects.exists()


def test_a_waiting_receipt_is_not_booked_to_a_card_after_all(take_in):
    take_in(f"purchase,r1,,{AT},12.50,,,,")
    card = make.member().cards.get().number

    summary = take_in(f"purchase,r1,{card},{AT},12.50,,,,")

    assert why(summary) == ["id: r1 was reported before without a card; it can be claimed."]
    assert not Purchase.objects.exists()


def test_one_file_with_and_without_a_card_is_refused(take_in):
    card = make.member().cards.get().number

    summary = take_in(f"purchase,r1,{card},{AT},12.50,,,,", f"purchase,r1,,{AT},12.50,,,,")

    assert why(summary) == ["id: r1 stands on line 2 with other content"]


@pytest.mark.parametrize(
    ("at", "complaint"),
    [
        ("2026-06-15T12:10:00+02:00", "This lies in the future."),
        ("2019-06-15T12:10:00+02:00", "The program had not begun at that moment."),
    ],
)
def test_what_no_member_could_have_bought_is_refused(take_in, at, complaint):
    assert why(take_in(f"purchase,r1,,{at},12.50,,,,")) == [complaint]


def test_history_without_cards_is_not_kept(take_in):
    summary = take_in("purchase,r1,,2025-06-14T12:00:00+02:00,12.50,,,,")

    assert (summary.too_old, summary.without_card, summary.faults) == (1, 0, [])
    assert not OpenReceipt.objects.exists()


def test_other_kinds_without_a_card_are_refused(take_in):
    summary = take_in(f"redemption,d1,,{AT},,,,,")

    assert why(summary) == ["member: is missing"]


# Given back


def test_what_was_given_back_is_taken_off_when_the_receipt_is_claimed(take_in):
    take_in(f"purchase,r1,,{AT},12.50,,,,")
    take_in("refund,f1,,2026-06-14T13:00:00+02:00,2.00,r1,,,")
    sanne = make.member()

    purchase = claim(sanne, "r1", "12.50")

    assert (purchase.earned, purchase.taken, purchase.refunded) == (12, 2, Decimal("2.00"))
    assert make.balance(sanne) == 10


def test_what_was_returned_whole_cannot_be_claimed(take_in):
    take_in(f"purchase,r1,,{AT},12.50,,,,")
    take_in(
        "refund,f1,,2026-06-14T13:00:00+02:00,2.00,r1,,,",
        "refund,f2,,2026-06-14T14:00:00+02:00,10.50,r1,,,",
    )

    with pytest.raises(Exception, match="Everything on this receipt was returned") as refused:
        claim(make.member(), "r1", "12.50")

    assert refused.value.code == "wholly_returned"
    assert not Entry.objects.exists()


def test_a_refund_with_a_card_of_a_receipt_without_one_waits_with_the_receipt(take_in):
    card = make.member().cards.get().number
    take_in(f"purchase,r1,,{AT},12.50,,,,")

    summary = take_in(f"refund,f1,{card},2026-06-14T13:00:00+02:00,2.00,r1,,,")

    assert (summary.without_card, summary.faults) == (1, [])
    assert OpenRefund.objects.get().receipt.receipt == "r1"


def test_a_refund_without_a_card_after_the_claim_takes_the_points_back(take_in):
    take_in(f"purchase,r1,,{AT},12.50,,,,")
    sanne = make.member()
    claim(sanne, "r1", "12.50")

    summary = take_in("refund,f1,,2026-06-14T13:00:00+02:00,2.00,r1,,,")

    assert (summary.posted, summary.faults) == (1, [])
    assert make.balance(sanne) == 10


def test_a_refund_that_came_before_the_claim_comes_again_without_a_change(take_in):
    refund = "refund,f1,,2026-06-14T13:00:00+02:00,2.00,r1,,,"
    take_in(f"purchase,r1,,{AT},12.50,,,,", refund)
    sanne = make.member()
    claim(sanne, "r1", "12.50")

    again = take_in(f"purchase,r1,,{AT},12.50,,,,", refund)

    assert (again.repeated, again.faults, again.posted) == (2, [], 0)
    assert make.balance(sanne) == 10


def test_a_refund_without_a_card_of_a_members_purchase_in_the_same_file(take_in):
    sanne = make.member()
    card = sanne.cards.get().number

    summary = take_in(
        f"purchase,r1,{card},{AT},12.50,,,,", "refund,f1,,2026-06-14T13:00:00+02:00,2.00,r1,,,"
    )

    assert (summary.posted, summary.faults) == (2, [])
    assert make.balance(sanne) == 10


def test_a_refund_of_what_nobody_knows_is_warned_of_and_stops_nothing(take_in):
    summary = take_in(f"refund,f1,,{AT},2.00,r9,,,")

    (warning,) = summary.warnings
    assert warning.why == "refers_to: no receipt r9 is on record; nothing is taken back"
    assert summary.faults == []


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("refund,f1,,2026-06-14T11:59:00+02:00,2.00,r1", "A refund cannot come before its"),
        ("refund,f1,,2026-06-15T12:10:00+02:00,2.00,r1", "This lies in the future."),
        ("refund,f0,,2026-06-14T13:00:00+02:00,3.00,r1", "id: f0 was reported before"),
        ("refund,f0,,2026-06-14T13:00:00+02:00,1.00,r2", "id: f0 was reported before"),
        ("refund,p0,,2026-06-14T13:00:00+02:00,1.00,r1", "id: p0 was reported before"),
    ],
)
def test_a_refund_that_does_not_hold_is_refused(take_in, row, complaint):
    card = make.member().cards.get().number
    take_in(
        f"purchase,r1,,{AT},12.50,,,,",
        f"purchase,r2,,{AT},12.50,,,,",
        f"purchase,p,{card},{AT},12.50,,,,",
        "refund,f0,,2026-06-14T13:00:00+02:00,1.00,r1,,,",
        f"refund,p0,{card},2026-06-14T13:00:00+02:00,1.00,p,,,",
    )

    (fault,) = why(take_in(f"{row},,,"))

    assert complaint in fault
    assert OpenRefund.objects.count() == 1


def test_keeping_takes_a_constant_number_of_queries(take_in, django_assert_max_num_queries):
    rows = [f"purchase,r{number},,{AT},12.50,,,," for number in range(300)]
    rows += [f"refund,f{number},,{AT},2.00,r{number},,," for number in range(300)]

    with django_assert_max_num_queries(20):
        summary = take_in(*rows)

    assert summary.without_card == 600
