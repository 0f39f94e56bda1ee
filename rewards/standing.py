"""What a member may have, why not, and how far it is; no database, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

EVER = date(1970, 1, 1)
"""The first day of the period that never ends."""


class Why(StrEnum):
    """Why somebody can't have a reward; the codes of the refusals too."""

    WITHDRAWN = "reward_withdrawn"
    OVER = "reward_over"
    NOT_SEEN = "unknown_reward"
    FROZEN = "member_frozen"
    CLOSED = "member_closed"
    TIER = "reward_from_tier"
    NOT_YET = "reward_not_yet"
    LIMIT = "reward_limit_reached"
    SOLD_OUT = "reward_sold_out"
    POINTS = "not_enough_points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a reward costs; with steps the member chooses how many points to spend."""

    points: int
    value: Decimal | None = None
    step_points: int | None = None
    step_value: Decimal | None = None
    most_points: int | None = None

    def takes(self, points: int) -> bool:
        """Whether this many points is one of the prices."""
        if not self.step_points or self.most_points is None:
            return points == self.points
        on_a_step = (points - self.points) % self.step_points == 0
        return self.points <= points <= self.most_points and on_a_step

    def worth(self, points: int) -> Decimal | None:
        """Return the value in euros of so many points, where the reward has one."""
        if self.value is None or not self.step_points or self.step_value is None:
            return self.value
        return self.value + (points - self.points) // self.step_points * self.step_value

    def highest(self, spendable: int) -> int:
        """Return the most points that so many allow to spend; the lowest price if none do."""
        if not self.step_points or self.most_points is None:
            return self.points
        most = max(self.points, min(spendable, self.most_points))
        return most - (most - self.points) % self.step_points

    def choices(self, spendable: int, most: int = 40) -> list[int]:
        """
        Return prices to choose from, the lowest first, up to what can be spent.

        With more steps than `most` they are spread evenly, and the highest is always there.
        """
        highest = self.highest(spendable)
        if not self.step_points or highest == self.points:
            return [self.points]
        steps = (highest - self.points) // self.step_points
        each = -(-steps // (most - 1))
        chosen = range(self.points, highest, each * self.step_points)
        return [*chosen, highest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    What decides who may have a reward.

    `early` are (tier, from when) of early access; `free` pieces are there for everybody, None if
    it never runs out.
    """

    points: int
    is_live: bool = True
    is_for_all: bool = True
    is_for_invited: bool = False
    tier: int = 0
    from_at: datetime | None = None
    until_at: datetime | None = None
    early: tuple[tuple[int, datetime], ...] = ()
    per_member: int | None = None
    period: str = "ever"
    free: int | None = None

    def opens_at(self, tier: int) -> datetime | None:
        """Return from when members of a tier may have it; None if it has always been open."""
        if self.from_at is None:
            return None
        return min([self.from_at, *(at for rank, at in self.early if rank <= tier)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """
    What of a member decides which rewards they may have.

    `times` is how often they had this one in the period; `before` how many wait for it before
    them; `spendable` None leaves the points to the ledger.
    """

    is_member: bool = True
    status: str = "active"
    tier: int = 0
    spendable: int | None = None
    is_invited: bool = False
    times: int = 0
    has_piece: bool = False
    before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason why not, with what says how far it is."""

    why: Why
    missing: int = 0
    tier: int = 0
    from_at: datetime | None = None
    again_on: date | None = None
    before: int = 0


def may_see(offer: Offer, taker: Taker) -> bool:
    """Whether a reward is shown to somebody at all, in reach or not."""
    if offer.is_for_invited:
        return taker.is_member and taker.is_invited
    return offer.is_for_all or taker.is_member


def reasons_not(offer: Offer, taker: Taker, now: datetime, today: date) -> list[Reason]:
    """
    Return every reason why somebody can't have a reward now; none if they may.

    What they can do least about comes first. A piece that is held for them is theirs, however
    many others there are.
    """
    return [*_of_the_offer(offer, taker, now), *_of_the_taker(offer, taker, now, today)]


def _of_the_offer(offer: Offer, taker: Taker, now: datetime) -> Iterator[Reason]:
    if not may_see(offer, taker):
        yield Reason(why=Why.NOT_SEEN)
    if not offer.is_live:
        yield Reason(why=Why.WITHDRAWN)
    if offer.until_at is not None and offer.until_at <= now:
        yield Reason(why=Why.OVER)


def _of_the_taker(offer: Offer, taker: Taker, now: datetime, today: date) -> Iterator[Reason]:
    if taker.status != "active":
        yield Reason(why=Why.FROZEN if taker.status == "frozen" else Why.CLOSED)
    if taker.tier < offer.tier:
        yield Reason(why=Why.TIER, tier=offer.tier)
    opens_at = offer.opens_at(taker.tier)
    if opens_at is not None and opens_at > now:
        yield Reason(why=Why.NOT_YET, from_at=opens_at)
    if offer.per_member is not None and taker.times >= offer.per_member:
        yield Reason(why=Why.LIMIT, again_on=period_after(offer.period, today))
    if offer.free is not None and offer.free < 1 and not taker.has_piece:
        yield Reason(why=Why.SOLD_OUT, before=taker.before)
    if taker.spendable is not None and taker.spendable < offer.points:
        yield Reason(why=Why.POINTS, missing=offer.points - taker.spendable)


def period_of(period: str, day: date) -> date:
    """Return the first day of the period a local day lies in; weeks begin on Monday."""
    match period:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
    return EVER


def period_after(period: str, day: date) -> date | None:
    """Return the first day of the period after the one a day lies in; None if there is none."""
    first = period_of(period, day)
    match period:
        case "day":
            return first + timedelta(days=1)
        case "week":
            return first + timedelta(days=7)
        case "month":
            return (first + timedelta(days=31)).replace(day=1)
        case "year":
            return first.replace(year=first.year + 1)
    return None
