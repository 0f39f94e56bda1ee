"""Small pictures of numbers: bars, as the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720.0
HEIGHT = 96.0
LEAST_SEEN = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar's place in the picture, and the number it stands for."""

    x: str
    y: str
    width: str
    height: str
    number: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture: what it shows in words, its bars, its highest number, and its two ends."""

    label: str
    bars: tuple[Bar, ...]
    most: int
    first: str
    last: str


def bars(numbers: Sequence[int], *, label: str, first: str, last: str) -> Bars:
    """Lay out a bar for each number, from the left, on a ground of 720 by 96."""
    most = max(numbers, default=0)
    step = WIDTH / max(1, len(numbers))
    drawn = []
    for place, number in enumerate(numbers):
        if number:
            height = max(LEAST_SEEN, HEIGHT * number / most)
            drawn.append(
                Bar(
                    f"{place * step:.2f}",
                    f"{HEIGHT - height:.2f}",
                    f"{max(1.0, step * 0.8):.2f}",
                    f"{height:.2f}",
                    number,
                )
            )
    return Bars(label, tuple(drawn), most, first, last)
