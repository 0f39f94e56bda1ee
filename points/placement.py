"""Where a member belongs on a day: falling after grace, by the version's step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from points.rules import FallStep, Rules

FOREVER = date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A rank, the local day it began, and the first day on which it may have to fall."""

    rank: int
    since: date
    review_on: date


@dataclass(frozen=True, slots=True)
class Reach:
    """
    What one purchase has to bring: status points, the least total that earns them, and when.

    It counts on every day up to, not including, `before`; None: there is no hurry. `amount`
    is in units of the currency, of what earns.
    """

    missing: int
    amount: Decimal
    before: date | None


def status_on(days: Sequence[tuple[date, int]], day: date, window_days: int) -> int:
    """Return the status points of the trailing window that ends with `day`."""
    first = day - timedelta(days=window_days - 1)
    return sum(points for placed_on, points in days if first <= placed_on <= day)


def first_day_below(
    days: Sequence[tuple[date, int]], threshold: int, window_days: int, start: date
) -> date | None:
    """
    Return the first local day from `start` on from which the window stays below the threshold.

    With nothing more bought the window always empties, so None is only for a threshold of
    nothing. `days` must hold all purchases that a window from `start` on sees.
    """
    if threshold <= 0:
        return None
    changes: dict[date, int] = {start: 0}
    for placed_on, points in days:
        for day, change in ((placed_on, points), (placed_on + timedelta(window_days), -points)):
            changes[max(day, start)] = changes.get(max(day, start), 0) + change
    below: date | None = None
    status = 0
    for day in sorted(changes):
        status += changes[day]
        below = (below or day) if status < threshold else None
    return below


def place(
    *,
    rank: int,
    since: date,
    days: Sequence[tuple[date, int]],
    today: date,
    rules: Rules,
) -> list[Standing]:
    """
    Return every standing from a member's tier of `since` up to today, the last one current.

    A rise follows from the window of today. A fall takes effect on the day after the grace:
    grace starts on the first local day below the threshold, and anew after each fall by one.
    `days` may go beyond today: where a fall is found late, what was bought since raises again,
    as it would have done had the fall been known.
    """
    merited = rules.merited(status_on(days, today, rules.window_days))
    if merited > rank:
        return [_standing(merited, today, days, rules)]
    standings = []
    if rank > rules.top:
        rank, since = rules.top, today
        standings.append(_standing(rank, since, days, rules))
    while rank and rules.fall_step is not FallStep.NONE:
        below = first_day_below(days, rules.threshold(rank), rules.window_days, since)
        if below is None or (falls_on := below + timedelta(days=rules.grace_days)) > today:
            break
        status = status_on(days, falls_on, rules.window_days)
        rank = rank - 1 if rules.fall_step is FallStep.ONE else min(rank - 1, rules.merited(status))
        since = falls_on
        standings.append(_standing(rank, since, days, rules))
        while (rise := _rise_after(rank, since, days, rules)) is not None:
            rank, since = rise
            standings.append(_standing(rank, since, days, rules))
    return standings or [_standing(rank, since, days, rules)]


def _rise_after(
    rank: int, since: date, days: Sequence[tuple[date, int]], rules: Rules
) -> tuple[int, date] | None:
    """Return the next higher rank that was bought from a day on, and the day it was reached."""
    for placed_on, _ in sorted(days):
        if placed_on >= since:
            merited = rules.merited(status_on(days, placed_on, rules.window_days))
            if merited > rank:
                return merited, placed_on
    return None


def _standing(rank: int, since: date, days: Sequence[tuple[date, int]], rules: Rules) -> Standing:
    if not rank or rules.fall_step is FallStep.NONE:
        return Standing(rank, since, FOREVER)
    below = first_day_below(days, rules.threshold(rank), rules.window_days, since)
    review = FOREVER if below is None else below + timedelta(days=rules.grace_days)
    return Standing(rank, since, review)


def to_rise(
    *, rank: int, days: Sequence[tuple[date, int]], today: date, rules: Rules
) -> Reach | None:
    """
    Return what leads to the next rank; None at the top, or where only the job is to come.

    `before` is the first day on which something that counts today no longer does: from then
    on more is asked.
    """
    if rank >= rules.top:
        return None
    missing = rules.threshold(rank + 1) - status_on(days, today, rules.window_days)
    if missing <= 0:
        return None
    window = timedelta(days=rules.window_days)
    leaving = [day + window for day, points in days if points and today < day + window]
    return Reach(missing, rules.least_base(missing), min(leaving, default=None))


def to_stay(
    *, rank: int, since: date, days: Sequence[tuple[date, int]], today: date, rules: Rules
) -> Reach | None:
    """
    Return what keeps a rank on the day on which a member would else fall from it.

    With B the first day below and F = B + grace, a purchase of p points on day d < F keeps the
    rank on F if and only if some day x from B on sees it and has status(x) + p at or above the
    threshold. After today status only falls, so the best x is max(B, d), and of all d the last
    one, F - 1, asks most: threshold - status(max(B, F - 1)). That much does it on every day
    before F that B still sees, which is every one from today on but one: where all that counts
    was bought today, the same day again leaves the window together with it. Who rises by that
    purchase has the higher rank's own dates from then on.

    None where nobody falls, where the fall is due and only the job is to come, and where no
    day is left on which buying would help. `days` must go back a window and the grace.
    """
    if not 0 < rank <= rules.top or rules.fall_step is FallStep.NONE:
        return None
    threshold, grace = rules.threshold(rank), timedelta(days=rules.grace_days)
    below = first_day_below(days, threshold, rules.window_days, max(since, today - grace))
    if below is None or (falls_on := below + grace) <= today:
        return None
    last = falls_on - timedelta(days=1)
    if below - last >= timedelta(days=rules.window_days):
        return None
    missing = threshold - status_on(days, max(below, last), rules.window_days)
    return Reach(missing, rules.least_base(missing), falls_on)
