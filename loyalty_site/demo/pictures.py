"""Pictures of Marktzicht's rewards, drawn by hand in flat shapes; nobody's photographs."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

WIDE, HIGH, FINER = 480, 320, 3
"""Drawn three times as large, so that edges come out smooth."""


class Brush:
    """Draws in units of the finished picture."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDE * FINER, HIGH * FINER), ground)
        self._draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, wide: float, high: float, color: str) -> None:
        """Fill an ellipse around a point."""
        self._draw.ellipse(_finer(x - wide, y - high, x + wide, y + high), fill=color)

    def box(
        self, x: float, y: float, wide: float, high: float, color: str, round_: int = 0
    ) -> None:
        """Fill a rectangle, its corners rounded."""
        edges = _finer(x, y, x + wide, y + high)
        self._draw.rounded_rectangle(edges, radius=round_ * FINER, fill=color)

    def shape(self, color: str, *points: tuple[float, float]) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * FINER, y * FINER) for x, y in points], fill=color)

    def line(self, color: str, width: int, *points: tuple[float, float]) -> None:
        """Draw a stroke with round joints."""
        self._draw.line(
            [(x * FINER, y * FINER) for x, y in points],
            fill=color,
            width=width * FINER,
            joint="curve",
        )
        for x, y in points:
            self.disc(x, y, width / 2, width / 2, color)

    def arc(
        self, edges: tuple[float, float, float, float], from_: int, to: int, color: str, width: int
    ) -> None:
        """Draw a part of an ellipse."""
        self._draw.arc(_finer(*edges), from_, to, fill=color, width=width * FINER)


def _finer(*values: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = (value * FINER for value in values)
    return left, top, right, bottom


def basket(pen: Brush) -> None:
    pen.box(300, 60, 22, 140, "#e9efcf", 10)
    pen.shape("#5d8f4a", (311, 30), (280, 96), (311, 84), (342, 96))
    pen.disc(220, 150, 46, 70, "#c98a4b")
    for y in (115, 145, 175):
        pen.line("#f0d3a4", 7, (198, y + 10), (240, y - 8))
    pen.disc(160, 175, 34, 34, "#c9483b")
    pen.arc((130, 40, 350, 300), 180, 360, "#7a5230", 12)
    pen.shape("#a9713f", (110, 180), (370, 180), (342, 282), (138, 282))
    for y in (205, 230, 255):
        pen.line("#7a5230", 4, (118 + (y - 180) * 0.27, y), (362 - (y - 180) * 0.27, y))


def bread(pen: Brush) -> None:
    pen.disc(240, 250, 170, 22, "#dcc7a1")
    pen.disc(240, 185, 150, 88, "#a9652b")
    pen.disc(240, 176, 140, 76, "#c98546")
    for x in (160, 220, 280):
        pen.line("#f4dfb8", 12, (x, 205), (x + 44, 140))


def delivery(pen: Brush) -> None:
    pen.box(80, 130, 150, 90, "#b4763c", 8)
    pen.box(80, 160, 150, 6, "#8a5727")
    for x, color in ((105, "#5d8f4a"), (140, "#c9483b"), (175, "#e2a33b"), (207, "#5d8f4a")):
        pen.disc(x, 122, 22, 24, color)
    for x in (140, 370):
        pen.disc(x, 245, 44, 44, "#2c3a33")
        pen.disc(x, 245, 34, 34, "#dfe9e4")
        pen.disc(x, 245, 7, 7, "#2c3a33")
    pen.line("#1f6b4a", 10, (230, 225), (300, 225), (345, 130), (370, 245))
    pen.line("#1f6b4a", 10, (300, 225), (290, 140))
    pen.line("#2c3a33", 9, (330, 126), (372, 118))
    pen.box(264, 128, 54, 14, "#2c3a33", 7)


def cheese(pen: Brush) -> None:
    pen.shape("#f2c14e", (90, 190), (330, 90), (400, 190))
    pen.box(90, 190, 310, 80, "#e5a92f", 6)
    for x, y, size in (
        (160, 230, 20),
        (250, 215, 14),
        (320, 240, 24),
        (215, 250, 9),
        (375, 212, 10),
    ):
        pen.disc(x, y, size, size, "#c98b1d")
    pen.disc(290, 150, 17, 10, "#d99c27")


def gift(pen: Brush) -> None:
    pen.box(100, 90, 280, 160, "#1f6b4a", 16)
    pen.box(150, 90, 26, 160, "#f3d9a0")
    pen.box(100, 150, 280, 22, "#f3d9a0")
    pen.disc(135, 140, 32, 20, "#e2a33b")
    pen.disc(191, 140, 32, 20, "#e2a33b")
    pen.disc(163, 150, 15, 15, "#c98b1d")
    for y in (200, 222):
        pen.box(210, y, 130 - (y - 200) * 2, 8, "#bcd8c8", 4)


def breakfast(pen: Brush) -> None:
    for x, y, color in ((320, 80, "#c9483b"), (355, 62, "#e2753b"), (386, 88, "#c9483b")):
        pen.line("#5d8f4a", 6, (350, 200), (x, y + 20))
        pen.disc(x, y, 17, 23, color)
    pen.disc(150, 170, 56, 38, "#c98546")
    pen.line("#f4dfb8", 7, (122, 178), (180, 160))
    pen.disc(240, 160, 30, 40, "#f3ead9")
    pen.box(215, 170, 50, 44, "#5b8fb0", 8)
    pen.shape("#a9713f", (80, 200), (400, 200), (372, 284), (108, 284))
    for y in (222, 246, 268):
        pen.line("#7a5230", 4, (86 + (y - 200) * 0.33, y), (394 - (y - 200) * 0.33, y))


def tasting(pen: Brush) -> None:
    pen.disc(180, 110, 58, 78, "#f7efe6")
    pen.box(110, 30, 140, 60, "#e6d6dc")
    pen.disc(180, 138, 47, 46, "#8b2440")
    pen.box(125, 84, 110, 32, "#f7efe6")
    pen.disc(180, 116, 48, 9, "#a8385a")
    pen.box(176, 185, 8, 70, "#f7efe6")
    pen.disc(180, 260, 46, 9, "#f7efe6")
    for row, (y, many) in enumerate(((150, 4), (182, 3), (214, 2), (246, 1))):
        for place in range(many):
            pen.disc(300 + row * 18 + place * 36, y, 22, 22, "#5a3a78")
    pen.line("#5d8f4a", 8, (354, 134), (366, 96))
    pen.disc(388, 100, 26, 15, "#5d8f4a")


def foodbank(pen: Brush) -> None:
    pen.disc(205, 120, 42, 42, "#c9483b")
    pen.disc(275, 120, 42, 42, "#c9483b")
    pen.shape("#c9483b", (167, 138), (313, 138), (240, 222))
    pen.line("#d9a377", 40, (90, 270), (150, 244), (228, 262))
    pen.line("#b97f55", 40, (390, 270), (330, 244), (252, 262))
    pen.box(52, 238, 44, 64, "#1f6b4a", 8)
    pen.box(384, 238, 44, 64, "#1f6b4a", 8)


DRAWN: dict[str, tuple[str, Callable[[Brush], None]]] = {
    "basket": ("#dcebdc", basket),
    "bread": ("#f4e8d0", bread),
    "delivery": ("#d9e8ef", delivery),
    "cheese": ("#e4eede", cheese),
    "gift": ("#f6e3cf", gift),
    "breakfast": ("#fbeede", breakfast),
    "tasting": ("#e6d6dc", tasting),
    "foodbank": ("#e2ecf2", foodbank),
}


def drawn(name: str) -> bytes:
    """Return a picture as a PNG file, as if somebody had uploaded it."""
    ground, draw = DRAWN[name]
    pen = Brush(ground)
    draw(pen)
    out = BytesIO()
    pen.image.resize((WIDE * 2, HIGH * 2), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()
