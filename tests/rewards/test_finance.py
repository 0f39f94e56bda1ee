"""Cost and VAT of vouchers: every line adds up, whatever happened, at any date."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.actions.issuing import Worth, issue_voucher
from rewards.finance_sql import moved_before, moved_by_month
from rewards.models import Batch, Capture, Reservation, Rollback, Voucher
from rewards.models.reward import Gives
from rewards.reports.finance import added_up, finance
from tests import make
from tests.rewards.codes_made import FIVE_OFF, batch, promotion
from tests.rewards.issued import reward
from tests.rewards.issued import voucher as voucher_of

pytestmark = pytest.mark.django_db
NOW = make.NOW
MONTH = timedelta(days=31)
FAR = NOW + timedelta(days=4_000)


def voucher(*, gives=Gives.GIFT_CARD, value="50.00", batch=None, now=NOW, days=300, **worth):
    return issue_voucher(
        worth=Worth(gives=gives, value=Decimal(value) if value else None, **worth),
        valid_from=now,
        expires_at=now + timedelta(days=days),
        now=now,
        batch=batch,
    )


def capture(of, amount, *, at=NOW) -> Capture:
    held = Reservation.objects.create(
        voucher=of,
        key=str(uuid4()),
        total=Decimal(100),
        amount=Decimal(amount),
        state=Reservation.State.CAPTURED,
        made_at=at,
        until=at + timedelta(minutes=15),
        actor="test",
    )
    return Capture.objects.create(
        reservation=held, voucher=of, amount=Decimal(amount), captured_at=at, actor="test"
    )


def roll_back(of, amount, *, at=NOW):
    Rollback.objects.create(
        capture=of, key=str(uuid4()), amount=Decimal(amount), at=at, actor="test"
    )
    of.rolled_back += Decimal(amount)
    of.is_undone = of.rolled_back == of.amount
    of.save()


def told(until=FAR):
    (line,) = moved_before(until)
    return line


def amounts(line):
    return tuple(
        str(getattr(line, name))
        for name in ("issued", "captured", "rolled_back", "left_over", "expired", "void")
    )


def test_a_gift_card_owes_what_it_still_holds():
    card = voucher()
    roll_back(capture(card, "20.00"), "5.00")

    line = told(NOW + timedelta(days=1))

    assert (line.issued, line.captured, line.rolled_back) == (50, 20, 5)
    assert line.outstanding == 35


def test_what_is_left_expires_and_what_comes_back_later_expires_then():
    card = voucher(days=30)
    used = capture(card, "20.00")
    after = NOW + timedelta(days=40)
    roll_back(used, "5.00", at=after)

    assert told(NOW + timedelta(days=29)).outstanding == 30
    assert told(NOW + timedelta(days=35)).expired == 30
    assert told(FAR).expired == 35
    assert told(FAR).outstanding == 0


def test_what_is_left_of_a_withdrawn_voucher_or_batch_is_void():
    card = voucher()
    Voucher.objects.filter(pk=card.pk).update(voided_at=NOW + MONTH)
    assert (told().void, told().expired, told().outstanding) == (50, 0, 0)

    made = batch(2)
    Batch.objects.filter(pk=made.pk).update(stopped_at=NOW + MONTH)
    line = next(one for one in moved_before(FAR) if one.batch == made.pk)
    assert (line.codes, line.issued, line.void, line.outstanding) == (2, 10, 10, 0)


def test_what_had_expired_before_it_was_withdrawn_is_expired():
    made = batch(1, expires_at=NOW + MONTH)
    Batch.objects.filter(pk=made.pk).update(stopped_at=NOW + 2 * MONTH)

    assert (told().expired, told().void, told().outstanding) == (5, 0, 0)


def test_a_batch_owes_until_it_is_withdrawn_and_from_then_on_nothing():
    made = batch(2)
    Batch.objects.filter(pk=made.pk).update(stopped_at=NOW + MONTH)

    assert (told(NOW + MONTH).outstanding, told(NOW + MONTH).void) == (10, 0)
    after = told(NOW + MONTH + timedelta(seconds=1))
    assert (after.outstanding, after.void) == (0, 10)


def test_a_discount_on_a_smaller_order_leaves_something_over():
    made = batch(1)
    used = made.vouchers.get()
    capture(used, "3.50")

    line = told()

    assert (line.issued, line.captured, line.left_over, line.expired) == (
        5,
        Decimal("3.50"),
        Decimal("1.50"),
        0,
    )
    assert line.outstanding == 0


def test_a_code_that_cost_no_points_is_owed_again_once_all_came_back():
    made = batch(1)
    used = capture(made.vouchers.get(), "3.50")
    roll_back(used, "1.00")
    assert told(NOW + MONTH).outstanding == 0

    roll_back(used, "2.50")

    line = told(NOW + MONTH)
    assert (line.captured, line.rolled_back, line.left_over) == (
        Decimal("3.50"),
        Decimal("3.50"),
        0,
    )
    assert line.outstanding == 5
    assert line.uses == 0


def test_what_was_bought_with_points_is_owed_no_more_once_all_came_back():
    bought = voucher_of(make.member(), reward=reward())
    used = capture(bought, "6.00")

    roll_back(used, "6.00")

    line = told(NOW + MONTH)
    assert (line.issued, line.captured, line.rolled_back, line.left_over) == (8, 6, 6, 8)
    assert (line.outstanding, line.uses) == (0, 0)


def test_what_happens_after_a_period_changes_nothing_in_it():
    made = batch(1, worth=replace(FIVE_OFF, cost=Decimal("2.25")))
    card = voucher(days=40)
    used, paid = capture(made.vouchers.get(), "5.00"), capture(card, "20.00")
    until = NOW + timedelta(days=10)
    before = moved_before(until)

    roll_back(used, "5.00", at=until)
    roll_back(paid, "5.00", at=until)
    capture(card, "1.00", at=until)
    voucher(now=until)
    Voucher.objects.filter(pk=card.pk).update(voided_at=until)
    Batch.objects.filter(pk=made.pk).update(stopped_at=until)

    assert moved_before(until) == before
    assert added_up(before).outstanding == 30
    assert added_up(before).cost == Decimal("2.25")


def test_a_promotion_is_worth_what_it_took_off_when_it_did():
    made = promotion()
    word = made.vouchers.get()
    used = capture(word, "5.00")
    capture(word, "4.00")
    roll_back(used, "5.00")

    line = told()

    assert (line.issued, line.captured, line.rolled_back) == (4, 9, 5)
    assert (line.codes, line.uses, line.outstanding) == (1, 1, 0)


def test_cost_counts_for_what_was_used_and_stayed_used():
    first = voucher(gives=Gives.PRODUCT, value=None, product="871", cost=Decimal("2.25"))
    voucher(gives=Gives.PRODUCT, value=None, product="871", cost=Decimal("2.25"))
    capture(first, "6.00")

    assert told().cost == Decimal("2.25")

    roll_back(Capture.objects.get(), "6.00")
    assert told().cost == 0


def test_lines_stand_by_month_by_vat_and_by_what_they_are_of():
    make.published_program()
    late = datetime.fromisoformat("2026-06-30T23:30:00+02:00")
    voucher(now=late - timedelta(days=1))
    later = voucher(now=late + timedelta(hours=1), vat="single")
    capture(later, "10.00", at=late + timedelta(hours=2))

    report = finance(since=date(2026, 6, 1), until=date(2026, 7, 31))

    assert [(line.month, line.moved.issued, line.moved.captured) for line in report.lines] == [
        (date(2026, 6, 1), 50, 0),
        (date(2026, 7, 1), 50, 10),
    ]
    assert len({line.vat for line in report.lines}) == 2
    assert report.owed_total == 90
    assert report.total.issued == 100


def test_a_period_counts_both_its_days():
    make.published_program()
    voucher(now=datetime.fromisoformat("2026-06-30T23:59:59+02:00"))
    voucher(now=datetime.fromisoformat("2026-06-01T00:00:00+02:00"))
    voucher(now=datetime.fromisoformat("2026-05-31T23:59:59+02:00"))

    report = finance(since=date(2026, 6, 1), until=date(2026, 6, 30))

    assert report.total.issued == 100
    assert report.owed_total == 150


def test_nothing_is_nothing():
    report = finance(since=date(2026, 6, 1), until=date(2026, 6, 30))

    assert (report.lines, report.owed, report.owed_total) == ([], [], 0)
    assert report.total.outstanding == 0


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_whatever_happens_every_line_adds_up_at_every_date(data):
    with transaction.atomic():
        _live(data)
        for days in (0, 20, 45, 100, 400):
            until = NOW + timedelta(days=days)
            lines = moved_before(until)
            by_month = moved_by_month(NOW - MONTH, until, "Europe/Amsterdam")
            assert added_up(lines).outstanding == added_up(by_month).outstanding
            assert added_up(lines).outstanding == _owed(until)
        transaction.set_rollback(True)


def _live(data) -> None:
    """Issue some vouchers and let anything happen to them."""
    for kind in data.draw(st.lists(st.sampled_from(["card", "code", "word"]), max_size=4)):
        if kind == "card":
            made = voucher(days=30)
        else:
            made = (
                batch(1) if kind == "code" else promotion(f"WORD{uuid4().hex[:9]}")
            ).vouchers.get()
        left = Decimal(50) if kind == "card" else Decimal(5)
        for day in data.draw(st.lists(st.integers(0, 90), max_size=2).map(sorted)):
            if left <= 0:
                break
            taken = data.draw(st.integers(1, int(left)))
            used = capture(made, taken, at=NOW + timedelta(days=day))
            left = left - taken if kind == "card" else Decimal(0)
            if data.draw(st.booleans()):
                back = data.draw(st.integers(1, taken))
                roll_back(used, back, at=NOW + timedelta(days=day + 3))
        if data.draw(st.booleans()):
            Voucher.objects.filter(pk=made.pk).update(
                voided_at=NOW + timedelta(days=data.draw(st.integers(0, 90)))
            )


def _owed(until) -> Decimal:
    """The same told voucher by voucher, by hand."""
    owed = Decimal(0)
    for one in Voucher.objects.filter(issued_at__lt=until).select_related("batch"):
        ends = [one.expires_at, one.voided_at]
        if one.most_uses > 1 or min(end for end in ends if end) < until:
            continue
        uses = [use for use in one.captures.all() if use.captured_at < until]
        back = sum(
            (row.amount for use in uses for row in use.rollbacks.all() if row.at < until),
            Decimal(0),
        )
        if one.is_gift_card:
            owed += one.value - sum(use.amount for use in uses) + back
        else:
            standing = [use for use in uses if not (use.is_undone and back == use.amount)]
            owed += Decimal(0) if standing else one.value
    return owed
