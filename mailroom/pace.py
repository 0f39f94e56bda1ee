"""When mail may leave: never faster than a pace, never in quiet hours. Pure."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

MINUTE = 60_000_000
SECONDS_A_MINUTE = 60


class Allowed(NamedTuple):
    """So many may leave now; then the pace is used up until `until`."""

    number: int
    until: datetime


def allowed(pace: int, until: datetime | None, now: datetime, most: int) -> Allowed:
    """
    Return how many may leave, when the pace, in mails a minute, was used up until then.

    Up to a second's worth may leave together. In no minute are there more than `pace`,
    because what may leave together is taken off what follows.
    """
    together = max(1, pace // SECONDS_A_MINUTE)
    each = _interval(pace)
    since = now - together * each if until is None else max(until, now - together * each)
    number = max(0, min(most, (now - since) // each))
    return Allowed(number, since + number * each)


def next_slot(pace: int, until: datetime) -> datetime:
    """Return when one more may leave."""
    return until + _interval(pace)


def is_quiet(quiet_from: time | None, quiet_until: time | None, at: time) -> bool:
    """Tell whether a local time lies in the quiet hours, which may go over midnight."""
    if quiet_from is None or quiet_until is None:
        return False
    if quiet_from <= quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def _interval(pace: int) -> timedelta:
    rate = pace - max(1, pace // SECONDS_A_MINUTE) + 1
    return timedelta(microseconds=-(-MINUTE // rate))
