"""Instants and local days: midnights, expiry and pending dates; no clock, no database."""

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=16384)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC; some zones skip midnight itself."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day an instant falls on."""
    return at.astimezone(zone).date()


def months_later(day: date, months: int) -> date:
    """Return the same calendar day so many months on; a day that is not there becomes the last."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@lru_cache(maxsize=16384)
def end_of_validity(day: date, months: int, zone: ZoneInfo) -> datetime:
    """Return the midnight that ends the last valid day; 0 months is for ever."""
    if months == 0:
        return NEVER
    return midnight(months_later(day, months) + timedelta(days=1), zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the midnight that ends a local day."""
    return midnight(day + timedelta(days=1), zone)
