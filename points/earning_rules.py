"""What an earning rule is: what it gives, and when. Pure, its conditions compiled once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from points.events import Line
from points.local_time import local_day, midnight, months_later

MOST_TIMES = Decimal(100)
"""Multipliers together make at most a hundred times."""


class Stacking(StrEnum):
    """What becomes of multipliers that meet, the tier's among them."""

    BEST = "best"
    SUM = "sum"
    PRODUCT = "product"


class Remainder(StrEnum):
    """What becomes of the part of a point that rounding leaves."""

    DROP = "drop"
    CARRY = "carry"


class Period(StrEnum):
    """What a cap counts over: one purchase, or a calendar period of the program's time zone."""

    PURCHASE = "purchase"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Missed(StrEnum):
    """Why a rule gave nothing on a purchase."""

    PERIOD = "period"
    WEEKDAY = "weekday"
    HOUR = "hour"
    STORE = "store"
    CHANNEL = "channel"
    TIER = "tier"
    NOT_FIRST = "not_first"
    BIRTHDAY = "birthday"
    NOTHING_OF_IT = "nothing_of_it"
    TOO_LITTLE = "too_little"
    TOO_FEW = "too_few"
    BEATEN = "beaten"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class Cap:
    """So many points at most, a member and period."""

    points: int
    period: Period = Period.PURCHASE

    def bounds(self, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the first instant of the period around an instant, and of the next."""
        return _bounds(self.period, local_day(at, zone), zone)


@lru_cache(maxsize=4096)
def _bounds(period: Period, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    match period:
        case Period.WEEK:
            first = day - timedelta(days=day.weekday())
            following = first + timedelta(days=7)
        case Period.MONTH:
            first = day.replace(day=1)
            following = months_later(first, 1)
        case Period.YEAR:
            first = day.replace(month=1, day=1)
            following = months_later(first, 12)
        case _:
            first, following = day, day + timedelta(days=1)
    return midnight(first, zone), midnight(following, zone)


@dataclass(slots=True)
class Scene:
    """When, where and by whom something is bought, as the conditions of rules look at it."""

    day: date
    time: time
    store: str = ""
    channel: str = ""
    rank: int = 0
    is_first: bool = False
    birthdays: frozenset[int] = frozenset()
    """Rules for which it is the member's birthday."""


@dataclass(frozen=True, slots=True)
class Free:
    """Of every `take` pieces the cheapest `take - pay` come back, at `back_at` points a unit."""

    take: int
    pay: int
    back_at: Decimal


@dataclass(frozen=True, eq=False)
class EarningRule:
    """
    One earning rule of a version; it gives exactly one of the four things.

    `multiplier` times the rate over its part of the basket, `points` once a purchase,
    `points_per_piece` for each whole piece, or what is `free` back as points. Its part is the
    lines of its categories (or departments) and products, else all that earns.
    """

    number: int
    name_nl: str
    name_en: str
    multiplier: Decimal | None = None
    points: int | None = None
    points_per_piece: int | None = None
    free: Free | None = None
    cap: Cap | None = None
    starts: date | None = None
    ends: date | None = None
    weekdays: tuple[int, ...] = ()
    hours: tuple[time, time] | None = None
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    least_base: Decimal = field(default=Decimal(0))
    least_tier: int = 0
    first_purchase: bool = False
    birthday_days: int | None = None

    @cached_property
    def names_of_lines(self) -> frozenset[str]:
        return _folded(self.categories)

    @cached_property
    def numbers_of_products(self) -> frozenset[str]:
        return _folded(self.products)

    @cached_property
    def is_of_lines(self) -> bool:
        """Whether it looks at a part of the basket."""
        return bool(self.categories or self.products)

    def is_of(self, line: Line) -> bool:
        """Whether a line belongs to its part of the basket."""
        return (
            line.category.casefold() in self.names_of_lines
            or line.department.casefold() in self.names_of_lines
            or line.product.casefold() in self.numbers_of_products
        )

    def lines_of(self, lines: Iterable[Line]) -> list[Line]:
        """Return its part of the basket; nothing for a rule of the whole."""
        return [line for line in lines if self.is_of(line)] if self.is_of_lines else []

    def missed(self, scene: Scene) -> Missed | None:
        """Return the first of its conditions that a purchase does not meet; None if it fires."""
        for reason, holds in self._conditions:
            if not holds(scene):
                return reason
        return None

    @cached_property
    def _conditions(self) -> tuple[tuple[Missed, Callable[[Scene], bool]], ...]:
        stores, channels = _folded(self.stores), _folded(self.channels)
        starts, ends = self.starts or date.min, self.ends or date.max
        every = (
            (
                starts > date.min or ends < date.max,
                Missed.PERIOD,
                lambda scene: starts <= scene.day <= ends,
            ),
            (self.weekdays, Missed.WEEKDAY, lambda scene: scene.day.weekday() in self.weekdays),
            (self.hours, Missed.HOUR, lambda scene: _within(scene.time, self.hours)),
            (stores, Missed.STORE, lambda scene: scene.store.casefold() in stores),
            (channels, Missed.CHANNEL, lambda scene: scene.channel.casefold() in channels),
            (self.least_tier, Missed.TIER, lambda scene: scene.rank >= self.least_tier),
            (self.first_purchase, Missed.NOT_FIRST, lambda scene: scene.is_first),
            (
                self.birthday_days is not None,
                Missed.BIRTHDAY,
                lambda scene: self.number in scene.birthdays,
            ),
        )
        return tuple((reason, holds) for is_set, reason, holds in every if is_set)


def is_birthday(birthday: date | None, day: date, days: int) -> bool:
    """Whether a day lies within so many days of a birthday; 29 February is kept on the 28th."""
    if birthday is None:
        return False
    years = (day.year - 1, day.year, day.year + 1)
    return any(
        abs((months_later(birthday, 12 * (year - birthday.year)) - day).days) <= days
        for year in years
        if date.min.year < year < date.max.year
    )


def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _within(moment: time, hours: tuple[time, time] | None) -> bool:
    """From the first up to the last; a window whose end comes first runs past midnight."""
    if hours is None:
        return True
    start, end = hours
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end
