"""What finance reads of what members, tills and staff really do, from the first act to the last."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from rewards.actions.batches import stop_batch
from rewards.actions.captures import capture_reservation
from rewards.actions.rollbacks import roll_back
from rewards.actions.taking_back import take_back_redemption
from rewards.actions.voiding import void_voucher
from rewards.finance_sql import moved_before
from rewards.reports.finance import finance
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.rewards import codes_made, tills
from tests.rewards.undoing import undo

pytestmark = pytest.mark.django_db
NOW = make.NOW
DAY = timedelta(days=1)
MONTH = timedelta(days=31)
NAMES = ("issued", "captured", "rolled_back", "left_over", "expired", "void", "outstanding")


@pytest.fixture
def rich():
    """A member with 10,000 points, in a program that keeps points for a year."""
    make.published_program()
    return make.member(points=10_000, now=NOW)


def told(until):
    """The one line there is, as amounts in the order of the report."""
    (line,) = moved_before(until)
    return tuple(getattr(line, name) for name in NAMES)


def used(voucher, amount=None, *, at=NOW, total="40.00"):
    held = tills.reserved(voucher, total, now=at)
    return capture_reservation(
        reservation_id=held.pk, amount=amount and Decimal(amount), actor="user:1", now=at
    )


def returned(capture, amount=None, *, at=NOW, key="back-1"):
    return roll_back(
        capture_id=capture.pk,
        amount=amount and Decimal(amount),
        key=key,
        client_id=None,
        actor="user:1",
        now=at,
    )


def test_a_gift_card_bought_with_points_used_in_parts_given_back_and_run_out(rich):
    card = tills.bought(rich, gives="gift_card", value="50.00")
    assert told(NOW + DAY) == (50, 0, 0, 0, 0, 0, 50)

    first = used(card, "20.00", at=NOW + DAY)
    used(card, "12.50", at=NOW + 2 * DAY)
    assert told(NOW + 3 * DAY) == (50, Decimal("32.50"), 0, 0, 0, 0, Decimal("17.50"))

    returned(first, "5.00", at=NOW + 4 * DAY)
    owed = Decimal("22.50")
    assert told(NOW + 5 * DAY) == (50, Decimal("32.50"), 5, 0, 0, 0, owed)

    after = card.expires_at + DAY
    assert told(after) == (50, Decimal("32.50"), 5, 0, owed, 0, 0)

    returned(first, "15.00", at=after, key="back-2")
    assert told(after + DAY) == (50, Decimal("32.50"), 20, 0, owed + 15, 0, 0)


def test_a_gift_card_that_staff_withdraw_half_used(rich):
    card = tills.bought(rich, gives="gift_card", value="50.00")
    used(card, "20.00")

    void_voucher(
        voucher_id=card.pk, staff_id=make.staff(superuser=True).pk, reason="Lost", now=NOW + DAY
    )

    assert told(NOW + 2 * DAY) == (50, 20, 0, 0, 0, 30, 0)


def test_a_discount_on_a_smaller_order_and_all_of_it_returned(rich):
    voucher = tills.bought(rich, value="5.00")
    capture = used(voucher, total="3.50", at=NOW + DAY)
    taken = Decimal("3.50")
    assert told(NOW + 2 * DAY) == (5, taken, 0, Decimal("1.50"), 0, 0, 0)

    returned(capture, at=NOW + 3 * DAY)

    # The points came back, so that nothing is owed on the voucher again.
    assert told(NOW + 4 * DAY) == (5, taken, taken, 5, 0, 0, 0)


def test_a_voucher_that_a_member_took_back(rich):
    voucher = tills.bought(rich, value="5.00")

    take_back_redemption(
        redemption_id=voucher.redemption_id, actor="user:1", now=NOW + timedelta(minutes=5)
    )

    assert told(NOW + DAY) == (5, 0, 0, 0, 0, 5, 0)


def test_a_voucher_that_nobody_used(rich):
    voucher = tills.bought(rich, value="5.00")

    assert told(voucher.expires_at) == (5, 0, 0, 0, 0, 0, 5)
    assert told(voucher.expires_at + DAY) == (5, 0, 0, 0, 5, 0, 0)


def test_a_batch_that_was_stopped_after_one_of_its_codes_was_used():
    make.published_program()
    made = codes_made.batch(3)
    used(made.vouchers.order_by("pk")[0])

    stop_batch(batch_id=made.pk, staff_id=codes_made.maker().pk, now=NOW + DAY)

    assert told(NOW + 2 * DAY) == (15, 5, 0, 0, 0, 10, 0)


def test_a_promotional_code_that_two_orders_used_and_one_gave_back():
    make.published_program()
    word = codes_made.promotion().vouchers.get()
    first = used(word)
    used(word, at=NOW + timedelta(minutes=1), total="4.00")

    returned(first, at=NOW + DAY)

    assert told(NOW + 2 * DAY) == (4, 9, 5, 0, 0, 0, 0)


def donation(**fields):
    facts = {"gives": "donation", "name_en": "Food bank", "value": Decimal("2.00")}
    return make.reward(**facts | {"cost": Decimal("1.80"), "points": 200} | fields)


def given(since=date(2026, 6, 1), until=date(2026, 7, 31)):
    report = finance(since=since, until=until)
    return [
        (gift.day, gift.donated.times, gift.donated.points, gift.donated.value, gift.donated.cost)
        for gift in report.gifts
    ]


def test_a_donation_is_told_on_its_day_and_nothing_of_it_is_owed(rich):
    reward = donation()
    make.redeem(rich, reward, now=NOW)
    make.redeem(rich, reward, now=NOW + timedelta(minutes=1))

    report = finance(since=date(2026, 6, 1), until=date(2026, 6, 30))

    assert given() == [(NOW.date(), 2, 400, Decimal(4), Decimal("3.60"))]
    assert (report.lines, report.owed, report.owed_total) == ([], [], 0)


def test_a_donation_undone_counts_back_on_the_day_it_was(rich):
    made = make.redeem(rich, donation(), now=NOW)

    undo(made, 200, now=NOW + MONTH)

    day = (1, 200, Decimal(2), Decimal("1.80"))
    assert given() == [
        (NOW.date(), *day),
        ((NOW + MONTH).date(), *(-each for each in day)),
    ]
    report = finance(since=date(2026, 6, 1), until=date(2026, 7, 31))
    assert [(gift.day, gift.donated.times) for gift in report.gifts_by_month()] == [
        (date(2026, 6, 1), 1),
        (date(2026, 7, 1), -1),
    ]


def test_a_donation_with_a_price_in_steps_and_without_a_cost(rich):
    reward = donation(step_points=100, step_value=Decimal(1), most_points=1_000, cost=None)

    make.redeem(rich, reward, 500, now=NOW)

    assert given() == [(NOW.date(), 1, 500, Decimal(5), 0)]


def test_what_has_a_voucher_is_no_donation(rich):
    tills.bought(rich, value="5.00")

    assert given() == []


def test_a_donation_is_on_the_page_and_in_the_file_of_finance(rich):
    make.redeem(rich, donation(), now=NOW)
    make.redeem(rich, donation(), now=NOW + DAY)
    client = at_desk(with_factor(make.staff(superuser=True, language="en")))
    period = "?since=2026-06-01&until=2026-06-30"

    page = client.get(f"/admin/rewards/batch/finance/{period}").content.decode()
    file = b"".join(client.get(f"/admin/rewards/batch/finance/export/{period}").streaming_content)

    assert "Food bank" in page
    header, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    assert {len(row) for row in rows} == {len(header)}
    line = dict(zip(header, rows[0], strict=True))
    assert line["reward or batch"] == "Food bank"
    assert line["VAT"] == "none"
    assert line["donated on"] == NOW.date().isoformat()
    assert (line["donations"], line["points given"]) == ("1", "200")
