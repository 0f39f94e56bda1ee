"""Who a mailing is for: conditions over what is known of a member, read and written as JSON."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

MOST_CONDITIONS = 12
MOST_NAMES = 50
LONGEST_NAME = 80
MOST_DAYS = 3_660
MOST_BIRTHDAY_DAYS = 180
MOST_AMOUNT = Decimal("9999999.99")
MOST_POINTS = 1_000_000_000
LANGUAGES = ("nl", "en")
LAST_RANK = 9
FEBRUARY, LEAP_DAY, DAY_BEFORE = 2, 29, 28


class Kind(StrEnum):
    """What a condition asks about."""

    TIER = "tier"
    SPENDABLE = "spendable"
    BOUGHT = "bought"
    SPEND = "spend"
    CATEGORY = "category"
    DEPARTMENT = "department"
    STORE = "store"
    USUAL_STORE = "usual_store"
    BIRTHDAY_MONTH = "birthday_month"
    BIRTHDAY_SOON = "birthday_soon"
    JOINED = "joined"
    LANGUAGE = "language"


class Ask(StrEnum):
    """What has to be filled in for a kind."""

    AMONG = "among"
    RANGE = "range"
    PERIOD = "period"
    MAYBE_PERIOD = "maybe_period"
    DAYS = "days"


ASKS: Mapping[Kind, tuple[Ask, ...]] = {
    Kind.TIER: (Ask.AMONG,),
    Kind.SPENDABLE: (Ask.RANGE,),
    Kind.BOUGHT: (Ask.MAYBE_PERIOD,),
    Kind.SPEND: (Ask.RANGE, Ask.PERIOD),
    Kind.CATEGORY: (Ask.AMONG, Ask.MAYBE_PERIOD),
    Kind.DEPARTMENT: (Ask.AMONG, Ask.MAYBE_PERIOD),
    Kind.STORE: (Ask.AMONG, Ask.MAYBE_PERIOD),
    Kind.USUAL_STORE: (Ask.AMONG, Ask.PERIOD),
    Kind.BIRTHDAY_MONTH: (Ask.AMONG,),
    Kind.BIRTHDAY_SOON: (Ask.DAYS,),
    Kind.JOINED: (Ask.PERIOD,),
    Kind.LANGUAGE: (Ask.AMONG,),
}
CLOSED_LISTS: Mapping[Kind, frozenset[str]] = {
    Kind.TIER: frozenset(map(str, range(LAST_RANK + 1))),
    Kind.BIRTHDAY_MONTH: frozenset(map(str, range(1, 13))),
    Kind.LANGUAGE: frozenset(LANGUAGES),
}
"""What may be named where not everything may."""


class Flaw(StrEnum):
    """What is wrong with a condition."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    TOO_MANY = "too_many"
    NOT_ON_THE_LIST = "not_on_the_list"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    UPSIDE_DOWN = "upside_down"
    NOT_A_DAY = "not_a_day"
    TWO_PERIODS = "two_periods"


@dataclass(frozen=True, slots=True)
class Fault:
    """One flaw: of which condition, counted from 0, and of which of its fields."""

    place: int
    key: str
    flaw: Flaw


class ConditionError(ValueError):
    """Says everything that is wrong at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{f.place + 1}, {f.key}: {f.flaw}" for f in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One condition; `negated` asks for the opposite, `among` is one or more of what is named.

    Its period is the last so many `days`, today among them, or from `first` up to and
    including `last`; without either it is ever.
    """

    kind: Kind
    negated: bool = False
    among: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    days: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def has_period(self) -> bool:
        return self.days is not None or self.first is not None or self.last is not None

    def span(self, today: date) -> tuple[date | None, date | None]:
        """Return the first day that counts and the first that no longer does."""
        if self.days is not None:
            return today - timedelta(days=self.days), None
        return self.first, None if self.last is None else self.last + timedelta(days=1)


def coming_birthdays(today: date, days: int) -> frozenset[tuple[int, int]]:
    """The month and day of every birthday kept in so many days; 29 February is kept on the 28th."""
    kept = set()
    for ahead in range(days + 1):
        day = today + timedelta(days=ahead)
        kept.add((day.month, day.day))
        is_eve = (day.month, day.day) == (FEBRUARY, DAY_BEFORE)
        if is_eve and not calendar.isleap(day.year):
            kept.add((FEBRUARY, LEAP_DAY))
    return frozenset(kept)


def conditions_of(listed: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Read conditions as `as_json` wrote them, or as a form filled them in."""
    rows = list(listed)
    reading = [_Reading(place, row) for place, row in enumerate(rows)]
    faults = [fault for one in reading for fault in one.faults]
    if len(rows) > MOST_CONDITIONS:
        faults.append(Fault(MOST_CONDITIONS, "kind", Flaw.TOO_MANY))
    if faults:
        raise ConditionError(faults)
    return tuple(one.condition() for one in reading)


def as_json(conditions: Iterable[Condition]) -> list[dict[str, Any]]:
    """Write conditions as plain lists and words; what is empty is left out."""
    return [_written(one) for one in conditions]


def _written(one: Condition) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": one.kind.value}
    if one.negated:
        row["negated"] = True
    if one.among:
        row["among"] = list(one.among)
    if one.days is not None:
        row["days"] = one.days
    for key in ("least", "most"):
        if (amount := getattr(one, key)) is not None:
            row[key] = f"{amount:f}"
    for key in ("first", "last"):
        if (day := getattr(one, key)) is not None:
            row[key] = day.isoformat()
    return row


class _Reading:
    """One row being read: its values, and what is wrong with them."""

    def __init__(self, place: int, row: Mapping[str, Any]) -> None:
        self.place, self.row = place, row
        self.faults: list[Fault] = []
        self.values: dict[str, Any] = {"negated": row.get("negated") is True}
        try:
            self.kind = Kind(str(row.get("kind", "")))
        except ValueError:
            self._flaw("kind", Flaw.UNKNOWN)
            return
        asks = ASKS[self.kind]
        for ask, read in self._readers().items():
            if ask in asks:
                read()
        if Ask.PERIOD in asks or Ask.MAYBE_PERIOD in asks:
            self._period(needed=Ask.PERIOD in asks)

    def _readers(self) -> dict[Ask, Any]:
        return {Ask.AMONG: self._among, Ask.RANGE: self._range, Ask.DAYS: self._days_ahead}

    def condition(self) -> Condition:
        return Condition(kind=self.kind, **self.values)

    def _flaw(self, key: str, flaw: Flaw) -> None:
        self.faults.append(Fault(self.place, key, flaw))

    def _among(self) -> None:
        named = self.row.get("among")
        names = [named] if isinstance(named, str) else list(named or ())
        cleaned = dict.fromkeys(name for one in names if (name := str(one).strip()))
        allowed = CLOSED_LISTS.get(self.kind)
        if not cleaned:
            self._flaw("among", Flaw.MISSING)
        elif len(cleaned) > MOST_NAMES or any(
            len(name) > LONGEST_NAME or "\x00" in name for name in cleaned
        ):
            self._flaw("among", Flaw.TOO_MANY)
        elif allowed is not None and not allowed.issuperset(cleaned):
            self._flaw("among", Flaw.NOT_ON_THE_LIST)
        self.values["among"] = tuple(cleaned)

    def _range(self) -> None:
        least, most = self._amount("least"), self._amount("most")
        if least is None and most is None and not self.faults:
            self._flaw("least", Flaw.MISSING)
        if least is not None and most is not None and most < least:
            self._flaw("most", Flaw.UPSIDE_DOWN)
        self.values |= {"least": least, "most": most}

    def _amount(self, key: str) -> Decimal | None:
        value = self.row.get(key)
        if value is None or value == "":
            return None
        points = self.kind is Kind.SPENDABLE
        try:
            amount = Decimal(str(value))
            exact = amount == amount.quantize(Decimal(1) if points else Decimal("0.01"))
        except InvalidOperation:
            amount = Decimal("NaN")
        # A number that is none compares with nothing.
        if amount.is_nan():
            self._flaw(key, Flaw.NOT_A_NUMBER)
            return None
        if not exact or not 0 <= amount <= (MOST_POINTS if points else MOST_AMOUNT):
            self._flaw(key, Flaw.OUT_OF_RANGE)
        return amount

    def _number(self, key: str, most: int) -> int | None:
        value = self.row.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
            self._flaw(key, Flaw.NOT_A_NUMBER)
            return None
        number = int(value)
        if number > most:
            self._flaw(key, Flaw.OUT_OF_RANGE)
            return None
        return number

    def _days_ahead(self) -> None:
        days = self._number("days", MOST_BIRTHDAY_DAYS)
        if days is None and not self.faults:
            self._flaw("days", Flaw.MISSING)
        self.values["days"] = days

    def _period(self, *, needed: bool) -> None:
        before = len(self.faults)
        days, first, last = self._number("days", MOST_DAYS), self._day("first"), self._day("last")
        self.values |= {"days": days, "first": first, "last": last}
        if len(self.faults) > before:
            return
        between = first is not None or last is not None
        if days is not None and between:
            self._flaw("days", Flaw.TWO_PERIODS)
        elif first is not None and last is not None and last < first:
            self._flaw("last", Flaw.UPSIDE_DOWN)
        elif needed and days is None and not between:
            self._flaw("days", Flaw.MISSING)

    def _day(self, key: str) -> date | None:
        value = self.row.get(key)
        if value is None or value == "":
            return None
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self._flaw(key, Flaw.NOT_A_DAY)
            return None
        if not date(1900, 1, 1) <= day <= date(2999, 12, 31):
            self._flaw(key, Flaw.OUT_OF_RANGE)
            return None
        return day
