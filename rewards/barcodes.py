"""A voucher's code as a scanner reads it: where the dark modules are; no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import segno
from reportlab.graphics.barcode.code128 import Code128

QUIET_BARS, QUIET_QR = 10, 2
"""Modules of white around a code: as Code 128 asks, and for a QR code that stands on white."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Dark rectangles (x, y, width, height), in modules from the upper left; white all around."""

    width: int
    height: int
    dark: tuple[tuple[int, int, int, int], ...]

    @property
    def path(self) -> str:
        """The same, as the path of an SVG."""
        return "".join(f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in self.dark)

    @property
    def box(self) -> str:
        return f"0 0 {self.width} {self.height}"


def bars(code: str, *, height: int = 60) -> Drawing:
    """Draw a code as Code 128 (ISO/IEC 15417), with its quiet zones."""
    made = Code128(code)
    made.validate()
    made.encode()
    # A letter is a stripe: A is 1 module wide; capitals are dark.
    stripes = [
        (letter.isupper(), ord(letter.upper()) - ord("A") + 1) for letter in made.decompose()
    ]
    place, dark = QUIET_BARS, []
    for is_dark, width in stripes:
        if is_dark:
            dark.append((place, 0, width, height))
        place += width
    return Drawing(place + QUIET_BARS, height, tuple(dark))


def qr(code: str) -> Drawing:
    """Draw a code as the smallest QR code of level M or better."""
    rows = list(segno.make_qr(code, error="m").matrix)
    dark = tuple(
        (start + QUIET_QR, y + QUIET_QR, width, 1)
        for y, row in enumerate(rows)
        for start, width in _runs(row)
    )
    side = len(rows) + 2 * QUIET_QR
    return Drawing(side, side, dark)


def _runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules stand side by side: start and width of each run."""
    start = None
    for place, module in enumerate([*row, 0]):
        if module and start is None:
            start = place
        elif not module and start is not None:
            yield start, place - start
            start = None
