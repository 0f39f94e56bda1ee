"""When a job is due: local days and slots of minutes, as instants. Pure: no clock, no database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

MOST_DAYS_CAUGHT_UP = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """What one run stands for: its name in the database, which sorts by time, and its instant."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Daily:
    """
    Once each local day, at a local time.

    A time that a clock change skips comes an hour later by the clock; one that it repeats
    counts the first time. `every_day`: days that were missed are caught up one by one.
    """

    at: time
    every_day: bool
    grace: timedelta = timedelta(minutes=45)

    def newest(self, now: datetime, zone: ZoneInfo) -> Period:
        """Return the latest day whose time has come."""
        day = now.astimezone(zone).date()
        period = self._of(day, zone)
        return period if period.at <= now else self._of(day - timedelta(days=1), zone)

    def following(self, key: str, newest: Period, zone: ZoneInfo) -> Period:
        """Return the oldest day after `key` that is worth a run, `newest` at the latest."""
        if not self.every_day:
            return newest
        last = date.fromisoformat(newest.key)
        next_day = date.fromisoformat(key) + timedelta(days=1)
        return self._of(max(next_day, last - timedelta(days=MOST_DAYS_CAUGHT_UP - 1)), zone)

    def upcoming(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return when the next day's time comes."""
        return self._of(date.fromisoformat(self.newest(now, zone).key) + timedelta(days=1), zone).at

    def named(self, key: str, zone: ZoneInfo) -> Period:
        """Return the period of that name."""
        return self._of(date.fromisoformat(key), zone)

    def _of(self, day: date, zone: ZoneInfo) -> Period:
        return Period(day.isoformat(), datetime.combine(day, self.at, zone).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes, whatever the clocks say; only the newest slot is worth a run."""

    minutes: int

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.minutes + 10)

    def newest(self, now: datetime, _zone: ZoneInfo) -> Period:
        """Return the slot that has begun."""
        length = timedelta(minutes=self.minutes)
        at = EPOCH + (now - EPOCH) // length * length
        return Period(f"{at:%Y-%m-%dT%H:%MZ}", at)

    def following(self, _key: str, newest: Period, _zone: ZoneInfo) -> Period:
        return newest

    def upcoming(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return when the next slot begins."""
        return self.newest(now, zone).at + timedelta(minutes=self.minutes)

    def named(self, key: str, _zone: ZoneInfo) -> Period:
        """Return the period of that name."""
        return Period(key, datetime.fromisoformat(key))


Figures = dict[str, int]
Work = Callable[[datetime, datetime], Figures]
"""Called with the instant that the period stands for and with now; says in figures what it did."""


@dataclass(frozen=True, slots=True)
class Job:
    """
    Something the program does by itself; `attempts` is how often one period is tried.

    The work may be repeated for the same instant: the second time finds nothing left to do.
    """

    name: str
    title: Promise
    schedule: Daily | Every
    work: Work
    attempts: int = 5
    about: str | Promise = ""
    """What it is for, in a sentence for staff."""
