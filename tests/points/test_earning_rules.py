"""Each condition of an earning rule: when it fires, and what it says when it does not."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from points.earning_rules import Cap, Period, is_birthday
from tests.points.programs import NOON, a_book, buy, line, missed, version

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BONUS = {"points": 50}


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def reason(rule, *lines, total="10.00", at=NOON, birthday=None, tier=0, **fields):
    """Say why a bonus of 50 points with these conditions is missed; None if it is given."""
    tiers = [{"name": "Silver", "threshold": 900}, {"name": "Gold", "threshold": 5000}]
    book = a_book(birthday=birthday, tier=tier)
    bought = buy(book, version(BONUS | rule, tiers=tiers), total, *lines, at=at, **fields)
    why_not = missed(book, bought).get(1)
    assert bought.earned == int(float(total)) + (0 if why_not else 50)
    return why_not


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-28T23:59:59.999999", "period"),
        ("2026-03-29T00:00:00", None),  # the day on which the clock goes forward
        ("2026-03-29T03:00:00", None),
        ("2026-10-25T23:59:59.999999", None),  # the day on which it goes back
        ("2026-10-26T00:00:00", "period"),
    ],
)
def test_a_period_has_both_its_days_in_the_programs_own_zone(at, expected):
    assert reason({"starts": "2026-03-29", "ends": "2026-10-25"}, at=local(at)) == expected


def test_a_period_may_have_only_one_end():
    assert reason({"starts": "2026-06-16"}) is None
    assert reason({"starts": "2026-06-17"}) == "period"
    assert reason({"ends": "2026-06-16"}) is None
    assert reason({"ends": "2026-06-15"}) == "period"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 6, 15, 21, 59, tzinfo=UTC), "weekday"),
        (datetime(2026, 6, 15, 22, 0, tzinfo=UTC), None),  # Tuesday has begun in Amsterdam
        (datetime(2026, 6, 16, 21, 59, tzinfo=UTC), None),
        (datetime(2026, 6, 16, 22, 0, tzinfo=UTC), "weekday"),
    ],
)
def test_a_weekday_is_that_of_the_program_and_not_of_greenwich(at, expected):
    assert reason({"weekdays": ["tuesday"]}, at=at) == expected


@pytest.mark.parametrize(
    ("hours", "clock", "expected"),
    [
        (["17:00", "20:00"], "16:59:59", "hour"),
        (["17:00", "20:00"], "17:00:00", None),
        (["17:00", "20:00"], "19:59:59", None),
        (["17:00", "20:00"], "20:00:00", "hour"),
        (["22:00", "02:00"], "21:59:59", "hour"),
        (["22:00", "02:00"], "22:00:00", None),
        (["22:00", "02:00"], "23:59:59", None),
        (["22:00", "02:00"], "00:00:00", None),
        (["22:00", "02:00"], "01:59:59", None),
        (["22:00", "02:00"], "02:00:00", "hour"),
        (["17:00", "00:00"], "23:59:59", None),
        (["17:00", "00:00"], "00:00:00", "hour"),
    ],
)
def test_hours_begin_at_the_first_and_end_before_the_last(hours, clock, expected):
    assert reason({"hours": hours}, at=local(f"2026-06-16T{clock}")) == expected


def test_hours_count_both_times_the_clock_says_them():
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert reason({"hours": ["02:00", "03:00"]}, at=twice) is None
    assert reason({"hours": ["02:00", "03:00"]}, at=twice + timedelta(hours=1)) is None


def test_after_midnight_it_is_the_next_weekday():
    friday_night = {"weekdays": ["friday"], "hours": ["22:00", "02:00"]}

    assert reason(friday_night, at=local("2026-06-19T23:00:00")) is None
    assert reason(friday_night, at=local("2026-06-20T01:00:00")) == "weekday"
    assert reason(friday_night, at=local("2026-06-19T01:00:00")) is None


@pytest.mark.parametrize(
    ("rule", "place", "expected"),
    [
        ({"stores": ["Straße"]}, {"store": "STRASSE"}, None),
        ({"stores": ["A", "B"]}, {"store": "b"}, None),
        ({"stores": ["A"]}, {"store": "B"}, "store"),
        ({"stores": ["A"]}, {}, "store"),
        ({"channels": ["web"]}, {"channel": "Web"}, None),
        ({"channels": ["web"]}, {"channel": "store"}, "channel"),
        ({"channels": ["web"]}, {}, "channel"),
    ],
)
def test_a_store_and_a_channel_do_not_mind_capitals(rule, place, expected):
    assert reason(rule, **place) == expected


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        ({"category": "CHEESE"}, None),
        ({"department": "Cheese"}, None),
        ({"product": "77A"}, None),
        ({"product": "77a"}, None),
        ({"product": "cheese"}, "nothing_of_it"),
        ({"category": "77A"}, "nothing_of_it"),
        ({}, "nothing_of_it"),
    ],
)
def test_its_part_are_lines_of_its_categories_departments_and_products(bought, expected):
    rule = {"categories": ["cheese"], "products": ["77A"]}

    assert reason(rule, line(1, "10.00", **bought)) == expected


def test_a_purchase_without_lines_has_nothing_of_a_category():
    assert reason({"categories": ["cheese"]}) == "nothing_of_it"


def test_what_was_got_for_nothing_is_nothing_of_it():
    lines = line(1, "4.00", category="cheese"), line(2, "-4.00", category="cheese")

    assert reason({"categories": ["cheese"]}, *lines) == "nothing_of_it"


@pytest.mark.parametrize(
    ("rule", "lines", "total", "expected"),
    [
        ({"least_base": 20}, (), "20.00", None),
        ({"least_base": 20}, (), "19.99", "too_little"),
        ({"least_base": 5}, ["5.00"], "25.00", None),
        ({"least_base": 5}, ["4.99"], "25.00", "too_little"),
        ({"least_base": 5}, ["2.50", "2.50"], "25.00", None),
        ({"least_base": 5}, ["8.00"], "4.99", "too_little"),  # a discount on the whole order
    ],
)
def test_the_least_base_is_of_its_own_part(rule, lines, total, expected):
    if lines:
        rule = rule | {"categories": ["cheese"]}
    lines = [line(place, paid, category="cheese") for place, paid in enumerate(lines, start=1)]

    assert reason(rule, *lines, total=total) == expected


@pytest.mark.parametrize(("tier", "expected"), [(0, "tier"), (1, None), (2, None)])
def test_a_tier_is_at_least_that_tier(tier, expected):
    assert reason({"from_tier": "Silver"}, tier=tier) == expected


def test_the_first_purchase_is_the_first_on_record_and_stays_so_when_it_goes_back():
    rules = version(BONUS | {"first_purchase": True})
    book = a_book()

    first, second = buy(book, rules, "1.00"), buy(book, rules, "1.00", at=NOON - timedelta(days=9))

    assert (first.earned, second.earned) == (51, 1)
    assert missed(book, second) == {1: "not_first"}


@pytest.mark.parametrize(
    ("birthday", "day", "days", "expected"),
    [
        (date(1990, 6, 16), date(2026, 6, 16), 0, True),
        (date(1990, 6, 16), date(2026, 6, 17), 0, False),
        (date(1990, 6, 16), date(2026, 6, 13), 3, True),
        (date(1990, 6, 16), date(2026, 6, 19), 3, True),
        (date(1990, 6, 16), date(2026, 6, 12), 3, False),
        (date(1990, 6, 16), date(2026, 6, 20), 3, False),
        (date(1990, 12, 31), date(2027, 1, 2), 2, True),
        (date(1990, 12, 31), date(2027, 1, 3), 2, False),
        (date(1990, 1, 1), date(2026, 12, 30), 2, True),
        (date(1990, 1, 1), date(2026, 12, 29), 2, False),
        (date(1988, 2, 29), date(2026, 2, 28), 0, True),
        (date(1988, 2, 29), date(2026, 3, 1), 0, False),
        (date(1988, 2, 29), date(2026, 3, 1), 1, True),
        (date(1988, 2, 29), date(2028, 2, 29), 0, True),
        (date(1988, 2, 29), date(2028, 2, 28), 0, False),
        (date(1900, 1, 1), date(1990, 1, 1), 0, True),
        (None, date(2026, 6, 16), 31, False),
    ],
)
def test_a_birthday_is_kept_each_year_and_over_the_turn_of_it(birthday, day, days, expected):
    assert is_birthday(birthday, day, days) is expected


def test_a_birthday_is_that_of_the_member_on_the_programs_own_day():
    rule = {"birthday_days": 0}
    eve = datetime(2026, 6, 15, 22, 30, tzinfo=UTC)

    assert reason(rule, birthday=date(1990, 6, 16)) is None
    assert reason(rule, birthday=date(1990, 6, 16), at=eve) is None
    assert reason(rule, birthday=date(1990, 6, 15), at=eve) == "birthday"
    assert reason(rule) == "birthday"


def test_the_first_condition_that_fails_is_the_reason():
    rule = {"weekdays": ["monday"], "stores": ["A"], "categories": ["cheese"]}

    assert reason(rule) == "weekday"


@pytest.mark.parametrize(
    ("period", "at", "start", "end"),
    [
        ("day", "2026-03-29T12:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("day", "2026-10-25T12:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
        ("week", "2026-06-14T23:59", "2026-06-08T00:00+02:00", "2026-06-15T00:00+02:00"),
        ("week", "2027-01-01T12:00", "2026-12-28T00:00+01:00", "2027-01-04T00:00+01:00"),
        ("month", "2026-02-28T12:00", "2026-02-01T00:00+01:00", "2026-03-01T00:00+01:00"),
        ("month", "2026-12-31T12:00", "2026-12-01T00:00+01:00", "2027-01-01T00:00+01:00"),
        ("year", "2026-12-31T23:59", "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00"),
    ],
)
def test_a_cap_counts_over_calendar_periods_of_the_programs_own_zone(period, at, start, end):
    bounds = Cap(5, Period(period)).bounds(local(at), AMSTERDAM)

    assert bounds == (datetime.fromisoformat(start), datetime.fromisoformat(end))
