"""A voucher on paper: A6, alone or on A4; drawn from words and colors, no database."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4, A6, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from rewards.barcodes import Drawing, bars, qr
from rewards.codes import shown

WIDTH, HEIGHT = landscape(A6)
MARGIN = 8 * mm
BAND = 22 * mm
INK, SOFT, HAIR = HexColor("#1c1c1c"), HexColor("#4d4d4d"), HexColor("#b5b5b5")
PLAIN, BOLD, MONO = "Helvetica", "Helvetica-Bold", "Courier-Bold"
OF_ALL_EUROPE = {PLAIN: "Vera", BOLD: "VeraBd"}
"""For names that Helvetica's own alphabet (WinAnsi) cannot write: ł, č, ğ. Both come with reportlab."""
CUT_MARK, CUT_AWAY = 5 * mm, 2 * mm
QR_SIDE = 32 * mm
RULES_SIZE, RULES_LEADING = 8.5, 11
ABOVE_BARS = 31 * mm
MODULE = 0.36 * mm
"""A stripe's width: wide enough for a cheap printer and a cheap scanner."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate is printed on; `has_marks` where it is cut out."""

    width: float
    height: float
    has_marks: bool


PAPERS = {
    "a4": Paper(A4[0], A4[1], has_marks=True),
    "a6": Paper(WIDTH, HEIGHT, has_marks=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All that stands on it, written out in its reader's language."""

    program: str
    color: str
    logo: bytes
    kind: str
    figure: str
    title: str
    until: str
    rules: str
    code: str
    cut_here: str
    language: str


def drawn(certificate: Certificate, paper: Paper) -> bytes:
    """Return the PDF: one page, the same bytes for the same words."""
    out = BytesIO()
    canvas = Canvas(
        out, pagesize=(paper.width, paper.height), invariant=1, lang=certificate.language
    )
    canvas.setTitle(f"{certificate.title} · {certificate.program}")
    canvas.setAuthor(certificate.program)
    canvas.translate((paper.width - WIDTH) / 2, paper.height - HEIGHT - _above(paper))
    if paper.has_marks:
        _cut_marks(canvas, certificate.cut_here)
    _band(canvas, certificate)
    _words(canvas, certificate)
    _codes(canvas, certificate)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _above(paper: Paper) -> float:
    return 30 * mm if paper.has_marks else 0


def _cut_marks(canvas: Canvas, words: str) -> None:
    canvas.setStrokeColor(HAIR)
    canvas.setLineWidth(0.4)
    for x, outward in ((0, -1), (WIDTH, 1)):
        for y, upward in ((0, -1), (HEIGHT, 1)):
            canvas.line(x + outward * CUT_AWAY, y, x + outward * (CUT_AWAY + CUT_MARK), y)
            canvas.line(x, y + upward * CUT_AWAY, x, y + upward * (CUT_AWAY + CUT_MARK))
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=1, fill=0)
    _write(canvas, WIDTH / 2, -CUT_AWAY - 5 * mm, words, PLAIN, 8, SOFT, Canvas.drawCentredString)


def _band(canvas: Canvas, certificate: Certificate) -> None:
    """The program's color across the top; pale words on it can be read in gray as well."""
    bottom = HEIGHT - BAND
    canvas.setFillColor(HexColor(certificate.color))
    canvas.rect(0, bottom, WIDTH, BAND, stroke=0, fill=1)
    left = MARGIN + _logo(canvas, certificate.logo, bottom)
    kind = certificate.kind.upper()
    room = WIDTH - MARGIN - left - _width(kind, BOLD, 9) - 6 * mm
    size = _fitting(certificate.program, BOLD, 20, room, least=11)
    name = _cut_to(certificate.program, BOLD, size, room)
    _write(canvas, left, bottom + BAND / 2 - size * 0.34, name, BOLD, size, white)
    _write(
        canvas, WIDTH - MARGIN, bottom + BAND / 2 - 3, kind, BOLD, 9, white, Canvas.drawRightString
    )


def _logo(canvas: Canvas, logo: bytes, bottom: float) -> float:
    """Put the logo on a white plate; return the room it takes."""
    if not logo:
        return 0.0
    picture = ImageReader(BytesIO(logo))
    wide, high = picture.getSize()
    plate, inset = BAND - 8 * mm, 1.5 * mm
    scale = min((plate - 2 * inset) / high, (34 * mm) / wide)
    width = wide * scale + 2 * inset
    canvas.setFillColor(white)
    canvas.roundRect(MARGIN, bottom + 4 * mm, width, plate, 2 * mm, stroke=0, fill=1)
    rise = (plate - high * scale) / 2
    canvas.drawImage(
        picture,
        MARGIN + inset,
        bottom + 4 * mm + rise,
        wide * scale,
        high * scale,
        mask="auto",
    )
    return float(width + 4 * mm)


def _words(canvas: Canvas, certificate: Certificate) -> None:
    """What it is worth, what it is, and by which rules, beside the QR code."""
    room = WIDTH - 2 * MARGIN - QR_SIDE - 5 * mm
    top = HEIGHT - BAND - 8 * mm
    color = HexColor(certificate.color)
    if certificate.figure:
        size = _fitting(certificate.figure, BOLD, 38, room, least=20)
        top -= size * 0.72
        _write(canvas, MARGIN, top, certificate.figure, BOLD, size, color)
        top = _lines(canvas, top - 8 * mm, certificate.title, 13, room, INK)
    else:
        size = 20 if len(_wrapped(certificate.title, BOLD, 20, room, most=9)) < 3 else 15
        top = _lines(canvas, top - 5 * mm, certificate.title, size, room, color)
    _write(canvas, MARGIN, top - 1.5 * mm, certificate.until, BOLD, 10, INK)
    top -= 7 * mm
    most = max(1, int((top - ABOVE_BARS) / RULES_LEADING) + 1)
    for line in _wrapped(certificate.rules, PLAIN, RULES_SIZE, room, most=most):
        _write(canvas, MARGIN, top, line, PLAIN, RULES_SIZE, SOFT)
        top -= RULES_LEADING


def _lines(canvas: Canvas, top: float, text: str, size: float, room: float, color: object) -> float:
    """Write a text in bold, in three lines at most; return where the next one begins."""
    for line in _wrapped(text, BOLD, size, room, most=3 if size == 15 else 2):
        _write(canvas, MARGIN, top, line, BOLD, size, color)
        top -= size * 1.2
    return top


def _codes(canvas: Canvas, certificate: Certificate) -> None:
    square = qr(certificate.code)
    top = HEIGHT - BAND - 6 * mm
    module = QR_SIDE / square.width
    _modules(canvas, square, WIDTH - MARGIN - QR_SIDE + 2 * module, top, module, module)
    stripes = bars(certificate.code)
    wide = stripes.width * MODULE
    foot, tall = 14 * mm, 15 * mm
    left = (WIDTH - wide) / 2
    _modules(canvas, stripes, left, foot + tall, MODULE, tall / stripes.height)
    _write(
        canvas,
        WIDTH / 2,
        7 * mm,
        shown(certificate.code),
        MONO,
        18,
        black,
        Canvas.drawCentredString,
    )


def _modules(
    canvas: Canvas, drawing: Drawing, left: float, top: float, wide: float, tall: float
) -> None:
    """Draw in pure black, as one path, so that no seam shows between modules."""
    path = canvas.beginPath()
    for x, y, width, height in drawing.dark:
        path.rect(left + x * wide, top - (y + height) * tall, width * wide, height * tall)
    canvas.setFillColor(black)
    canvas.drawPath(path, stroke=0, fill=1)


def _write(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    font: str,
    size: float,
    color: object,
    draw: Callable[..., None] = Canvas.drawString,
) -> None:
    written = _writable(text)
    canvas.setFillColor(color)
    canvas.setFont(_font(written, font), size)
    draw(canvas, x, y, written)


def _width(text: str, font: str, size: float) -> float:
    written = _writable(text)
    return float(pdfmetrics.stringWidth(written, _font(written, font), size))


def _fitting(text: str, font: str, size: float, room: float, *, least: float) -> float:
    """Return the largest size, down to the least, at which a text fits."""
    while size > least and _width(text, font, size) > room:
        size -= 0.5
    return size


def _cut_to(text: str, font: str, size: float, room: float) -> str:
    if _width(text, font, size) <= room:
        return text
    while text and _width(text + "…", font, size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _wrapped(text: str, font: str, size: float, room: float, *, most: int) -> list[str]:
    """Break a text into lines; what does not fit in the last ends in an ellipsis."""
    lines: list[str] = []
    # An amount keeps its sign beside it: no break where there is a space that forbids one.
    for word in filter(None, text.split(" ")):
        if lines and _width(f"{lines[-1]} {word}", font, size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] += " " + " ".join(lines[most:])
    return [_cut_to(line, font, size, room) for line in kept]


def _font(text: str, font: str) -> str:
    return font if _is_winansi(text) else OF_ALL_EUROPE[font]


def _writable(text: str) -> str:
    """Leave out of a letter what no font here has: ő becomes o; what is left is a question mark."""
    if _is_winansi(text):
        return text
    glyphs = _glyphs()
    return "".join(letter if ord(letter) in glyphs else _bare(letter, glyphs) for letter in text)


def _bare(letter: str, glyphs: frozenset[int]) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in glyphs)
    return plain or "?"


def _is_winansi(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _glyphs() -> frozenset[int]:
    """Register the fonts that come with reportlab, and tell which characters they have."""
    made = {name: TTFont(name, f"{name}.ttf") for name in OF_ALL_EUROPE.values()}
    for font in made.values():
        pdfmetrics.registerFont(font)
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in made.values()))
