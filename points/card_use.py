"""Which cards are used unusually at one cashier: counts against what others lead to expect. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

LEAST = 10
EVERY = 4
"""A card that comes to the same cashier every fourth day is nothing to look at."""
NEXT_CARDS = 10
NEXT_CASHIERS = 3
OTHER_CASHIERS = 3
FAR = 8.0
"""In standard deviations; wide, since people shop less evenly than chance does."""
TIMES = 2


@dataclass(frozen=True, slots=True)
class Cashier:
    """Who or what rang purchases up: a cashier, or the till where none is named."""

    source_id: int
    store: str
    name: str
    is_till: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """How many purchases of one member one cashier rang up, and what they earned."""

    cashier: Cashier
    member_id: int
    purchases: int
    points: int


@dataclass(frozen=True, slots=True)
class Unusual:
    """
    A pair that stands out, and what it was compared with.

    `next_card` is the next busiest card at the cashier, `next_cashier` the same card at its
    next cashier, `usual` the busiest card at most other cashiers; 0 where it is too little to
    have been counted. `score` is how far the number lies from what was expected.
    """

    pair: Pair
    expected: float
    score: float
    next_card: int
    next_cashier: int
    usual: int


def least_counted(days: int) -> int:
    """Return from how many purchases in so many days a pair counts at all."""
    return max(LEAST, days // EVERY)


def unusual_pairs(
    pairs: Sequence[Pair], busiest: Mapping[Cashier, int], days: int
) -> list[Unusual]:
    """
    Return the pairs that stand out, the farthest first.

    `pairs` are all with `least_counted` purchases or more; `busiest` has every cashier's
    busiest card. Expected is the highest of what three comparisons lead one to expect, each a
    median so that a few bad ones hide nothing: the ten next cards at the same cashier, the
    member's three next cashiers, and the busiest cards of the other cashiers. The distance is
    that of two Poisson counts after Anscombe's square root (Biometrika 35, 1948), whose
    standard deviation is one whatever the counts.
    """
    of_cashier: defaultdict[Cashier, list[int]] = defaultdict(list)
    of_member: defaultdict[int, list[int]] = defaultdict(list)
    for pair in pairs:
        of_cashier[pair.cashier].append(pair.purchases)
        of_member[pair.member_id].append(pair.purchases)
    usual = _usual_elsewhere(busiest)
    found = []
    for pair in pairs:
        cards = _others(of_cashier[pair.cashier], pair.purchases)
        cashiers = _others(of_member[pair.member_id], pair.purchases)
        expected = max(
            least_counted(days),
            _middle(cards, NEXT_CARDS),
            _middle(cashiers, NEXT_CASHIERS),
            usual[pair.cashier],
        )
        score = _distance(pair.purchases, expected)
        if score >= FAR and pair.purchases >= TIMES * expected:
            found.append(
                Unusual(
                    pair,
                    expected,
                    score,
                    cards[0] if cards else 0,
                    cashiers[0] if cashiers else 0,
                    round(usual[pair.cashier]),
                )
            )
    return sorted(found, key=lambda one: (-one.score, one.pair.member_id))


def _others(counts: Iterable[int], own: int) -> list[int]:
    """The other counts, the highest first."""
    ordered = sorted(counts, reverse=True)
    ordered.remove(own)
    return ordered


def _middle(counts: Sequence[int], many: int) -> float:
    """The median of the highest so many; what was too little to count is nothing."""
    return median([*counts[:many], *[0] * (many - len(counts))])


def _usual_elsewhere(busiest: Mapping[Cashier, int]) -> dict[Cashier, float]:
    """What the busiest card has at most other cashiers of the source; 0 if there are too few."""
    of_source: defaultdict[int, list[int]] = defaultdict(list)
    for cashier, most in busiest.items():
        of_source[cashier.source_id].append(most)
    middles = {}
    for cashier, most in busiest.items():
        others = _others(of_source[cashier.source_id], most)
        middles[cashier] = float(median(others)) if len(others) >= OTHER_CASHIERS else 0.0
    return middles


def _distance(count: int, expected: float) -> float:
    return 2 * (sqrt(count + 0.375) - sqrt(expected + 0.375))
