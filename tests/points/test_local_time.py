"""Instants and local days, in zones that jump and in years that leap."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.local_time import (
    NEVER,
    end_of_day,
    end_of_validity,
    local_day,
    midnight,
    months_later,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
CAIRO = ZoneInfo("Africa/Cairo")
zones = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/Amsterdam",
            "America/Sao_Paulo",
            "Africa/Cairo",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "America/Havana",
            "Asia/Beirut",
            "UTC",
        )
    ]
)
days = st.dates(date(1995, 1, 1), date(2100, 12, 31))
instants = st.datetimes(datetime(1995, 1, 1), datetime(2100, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def utc(*moment):
    return datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 3, 29), utc(2026, 3, 28, 23)),  # summer time begins at two
        (date(2026, 3, 30), utc(2026, 3, 29, 22)),
        (date(2026, 10, 25), utc(2026, 10, 24, 22)),  # and ends at three
        (date(2026, 10, 26), utc(2026, 10, 25, 23)),
    ],
)
def test_a_day_in_amsterdam_begins_at_its_own_midnight(day, first):
    assert midnight(day, AMSTERDAM) == first


def test_the_days_of_both_clock_changes_have_their_own_length():
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)

    assert end_of_day(spring, AMSTERDAM) - midnight(spring, AMSTERDAM) == timedelta(hours=23)
    assert end_of_day(autumn, AMSTERDAM) - midnight(autumn, AMSTERDAM) == timedelta(hours=25)


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        (SAO_PAULO, date(2018, 11, 4), utc(2018, 11, 4, 3)),
        (CAIRO, date(2024, 4, 26), utc(2024, 4, 25, 22)),
        (ZoneInfo("Asia/Beirut"), date(2024, 3, 31), utc(2024, 3, 30, 22)),
    ],
)
def test_a_day_without_a_midnight_begins_at_one(zone, day, first):
    begun = midnight(day, zone)

    assert begun == first
    assert begun.astimezone(zone).hour == 1
    assert local_day(begun - timedelta(microseconds=1), zone) == day - timedelta(days=1)


def test_a_day_with_two_midnights_begins_at_the_first():
    # In Havana clocks go back from one to midnight.
    day, zone = date(2025, 11, 2), ZoneInfo("America/Havana")

    assert midnight(day, zone) == utc(2025, 11, 2, 4)
    assert end_of_day(day, zone) - midnight(day, zone) == timedelta(hours=25)


@given(days, zones)
def test_midnight_is_the_first_instant_of_its_day(day, zone):
    first = midnight(day, zone)

    assert local_day(first, zone) == day
    assert local_day(first - timedelta(microseconds=1), zone) == day - timedelta(days=1)


@given(instants, zones)
def test_every_instant_lies_within_its_day(at, zone):
    day = local_day(at, zone)

    assert midnight(day, zone) <= at < end_of_day(day, zone)


@given(days, zones)
def test_a_midnight_is_told_in_utc(day, zone):
    assert midnight(day, zone).tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),  # not the 29th
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 6, 15), 120, date(2036, 6, 15)),
    ],
)
def test_the_same_day_some_months_on_is_the_last_day_where_there_is_no_such_day(day, months, later):
    assert months_later(day, months) == later


@given(days, st.integers(0, 120))
def test_months_on_keeps_the_day_or_takes_the_last(day, months):
    later = months_later(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("day", "months", "ends"),
    [
        (date(2024, 2, 29), 12, utc(2025, 2, 28, 23)),  # valid through 28 February
        (date(2025, 3, 29), 12, utc(2026, 3, 29, 22)),  # the day of the clock change, to its end
        (date(2025, 10, 25), 12, utc(2026, 10, 25, 23)),
        (date(2026, 12, 31), 12, utc(2027, 12, 31, 23)),
    ],
)
def test_validity_ends_at_the_midnight_after_the_last_day(day, months, ends):
    assert end_of_validity(day, months, AMSTERDAM) == ends


@given(days, st.integers(1, 120), zones)
def test_the_last_valid_day_is_valid_to_its_end(day, months, zone):
    ends = end_of_validity(day, months, zone)

    assert local_day(ends - timedelta(microseconds=1), zone) == months_later(day, months)
    assert local_day(ends, zone) == months_later(day, months) + timedelta(days=1)


@given(days, zones)
def test_no_months_is_for_ever(day, zone):
    assert end_of_validity(day, 0, zone) == NEVER


def test_for_ever_is_later_than_any_validity_and_can_be_shown_in_any_zone():
    assert end_of_validity(date(2200, 1, 1), 120, AMSTERDAM) < NEVER
    assert NEVER.astimezone(ZoneInfo("Pacific/Kiritimati")).year == 9999
    assert NEVER.astimezone(ZoneInfo("Pacific/Pago_Pago")).year == 9998
