"""A small chart beside a figure: a bar for each of the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

HEIGHT = 36
STEP = 10
WIDTH = 7
WEEK = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; whole numbers, so that no language puts a comma in them."""

    x: int
    y: int
    height: int
    kind: str


def bars(values: Sequence[Decimal | int]) -> list[Bar]:
    """Draw the days, today last; today and the day it is compared with stand out."""
    sizes = [abs(float(value)) for value in values]
    highest = max(sizes, default=0)
    drawn = []
    for place, value in enumerate(sizes):
        height = max(1, round(HEIGHT * value / highest)) if highest and value else 1
        from_last = len(sizes) - 1 - place
        kind = {0: "today", WEEK: "compared"}.get(from_last, "day")
        drawn.append(Bar(place * STEP, HEIGHT - height, height, kind))
    return drawn
