"""A program version as rules: pure, frozen, compiled once."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from zoneinfo import ZoneInfo

from points.earning_rules import Cap, EarningRule, Period, Remainder, Stacking

ONE = Decimal(1)
NOTHING = Decimal(0)


class Rounding(StrEnum):
    """How a purchase's points become a whole number."""

    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"


class RefundPolicy(StrEnum):
    """What a refund does when the points have been spent."""

    DEBT = "debt"
    WITHIN_BALANCE = "within_balance"


class FallStep(StrEnum):
    """How far a member falls who stays below the threshold."""

    NONE = "none"
    ONE = "one"
    FULL = "full"


DECIMAL_ROUNDING = {
    Rounding.DOWN: ROUND_FLOOR,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.UP: ROUND_CEILING,
}


@dataclass(frozen=True, slots=True)
class TierRule:
    """A tier above the first: reached with so many status points in the window."""

    name_nl: str
    name_en: str
    threshold: int
    multiplier: Decimal = ONE


@dataclass(frozen=True, eq=False)
class Rules:
    """What one published program version says; `tiers` ascend, rank 1 first."""

    number: int
    name: str
    effective_at: datetime
    zone: ZoneInfo
    currency: str = "EUR"
    points_per_unit: Decimal = ONE
    rounding: Rounding = Rounding.DOWN
    pending_days: int = 0
    welcome_bonus: int = 0
    stacking: Stacking = Stacking.BEST
    remainder: Remainder = Remainder.DROP
    cap: Cap | None = None
    earning_rules: tuple[EarningRule, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    valid_months: int = 12
    refund_policy: RefundPolicy = RefundPolicy.DEBT
    return_window_days: int = 30
    window_days: int = 365
    grace_days: int = 30
    fall_step: FallStep = FallStep.ONE
    tiers: tuple[TierRule, ...] = ()

    @cached_property
    def excluded(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.excluded_categories)

    @cached_property
    def is_plain(self) -> bool:
        """Whether a purchase is worth its base, the rate and the tier, and nothing else counts."""
        return not self.earning_rules and self.cap is None and self.remainder is Remainder.DROP

    @cached_property
    def caps(self) -> dict[int, Cap]:
        """The caps that count over more than one purchase, by rule; 0 is the one on all points."""
        every = {rule.number: rule.cap for rule in self.earning_rules} | {0: self.cap}
        return {
            number: cap
            for number, cap in every.items()
            if cap is not None and cap.period is not Period.PURCHASE
        }

    @cached_property
    def multiplying(self) -> tuple[EarningRule, ...]:
        """The rules that multiply; the others give points of their own."""
        return tuple(rule for rule in self.earning_rules if rule.multiplier is not None)

    @cached_property
    def giving(self) -> tuple[EarningRule, ...]:
        return tuple(rule for rule in self.earning_rules if rule.multiplier is None)

    @cached_property
    def capped(self) -> tuple[EarningRule, ...]:
        return tuple(rule for rule in self.earning_rules if rule.cap is not None)

    @cached_property
    def birthday_rules(self) -> tuple[EarningRule, ...]:
        return tuple(rule for rule in self.earning_rules if rule.birthday_days is not None)

    @cached_property
    def looks_at_lines(self) -> bool:
        """Whether what a purchase earns depends on what was in the basket."""
        return bool(self.excluded_categories) or any(
            rule.is_of_lines for rule in self.earning_rules
        )

    @cached_property
    def top(self) -> int:
        """The highest rank."""
        return len(self.tiers)

    @cached_property
    def thresholds(self) -> tuple[int, ...]:
        return tuple(tier.threshold for tier in self.tiers)

    def threshold(self, rank: int) -> int:
        """Status points that a rank above 0 asks for."""
        return self.thresholds[rank - 1]

    def multiplier(self, rank: int) -> Decimal:
        """A rank's multiplier; a rank this version does not have counts as its highest."""
        rank = min(rank, self.top)
        return self.tiers[rank - 1].multiplier if rank else ONE

    def merited(self, status: int) -> int:
        """The highest rank that so many status points reach."""
        return bisect_right(self.thresholds, status)

    def value(self, base: Decimal, rank: int) -> tuple[int, int]:
        """
        Return (points, status points) of a base in currency units.

        points = round(base x rate x multiplier), rounded once; status points leave the
        multiplier out. Nothing for a base of nothing. This is all there is to a version
        that `is_plain`; others are valued by `points.earning`.
        """
        if base <= NOTHING:
            return 0, 0
        plain = base * self.points_per_unit
        status = self.rounded(plain)
        multiplier = self.multiplier(rank)
        return (status if multiplier == ONE else self.rounded(plain * multiplier)), status

    def least_base(self, status: int) -> Decimal:
        """Return the smallest base, in whole cents, that yields so many status points at once."""
        cents_a_point = Fraction(100) / Fraction(self.points_per_unit)
        match self.rounding:
            case Rounding.DOWN:
                cents = ceil(status * cents_a_point)
            case Rounding.HALF_UP:
                cents = ceil((status - Fraction(1, 2)) * cents_a_point)
            case Rounding.UP:
                cents = floor((status - 1) * cents_a_point) + 1
        return Decimal(cents).scaleb(-2)

    def rounded(self, amount: Decimal) -> int:
        if self.rounding is Rounding.DOWN:
            return int(amount)
        return int(amount.to_integral_value(rounding=DECIMAL_ROUNDING[self.rounding]))


class Program:
    """All published versions; which one is in force follows from the instant."""

    def __init__(self, versions: Sequence[Rules]) -> None:
        self.versions = sorted(versions, key=lambda rules: rules.effective_at)
        self._starts = [rules.effective_at for rules in self.versions]
        self._by_number = {rules.number: rules for rules in self.versions}

    def at(self, instant: datetime) -> Rules | None:
        """The version in force, or None before the first."""
        index = bisect_right(self._starts, instant)
        return self.versions[index - 1] if index else None

    def numbered(self, number: int) -> Rules:
        return self._by_number[number]
