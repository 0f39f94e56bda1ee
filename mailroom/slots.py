"""Text with places to fill, compiled once and filled for each reader; no database."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

OPEN, BETWEEN, CLOSE = "\ue000", "\ue001", "\ue002"
"""Signs that nobody can type: between them stands a place to fill, on its way through a template."""
PLACE = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
TURNS_AROUND = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Signs that let what follows be read from right to left: no name needs them, a forger does."""
NOT_TEXT = {"Cc", "Cs", "Co", "Zl", "Zp"}
SAFE_ADDRESS = re.compile(r"(https?://[^/\s\"'<>\\]|mailto:)[^\s\"'<>\\]*")
PLAIN, PART, ADDRESS = "", "part", "address"
"""How a value goes in: as words, as part of a link's address, as a whole address."""

NEAR = 200
"""Signs before a place that tidying looks at."""
OPENING = r"(?:<(?:strong|em)\b[^>]*>)*"
CLOSING = r"(?:</(?:strong|em)>)*"
SPACE_BEFORE = re.compile(rf"(\s)({OPENING})$")
START_BEFORE = re.compile(rf"(?:^|\n|(?:<(?:p|li|h[1-6]|td|title|div)\b[^>]*>)\s*)({OPENING})$")
STOP_AFTER = re.compile(rf"({CLOSING})(?=[\s,.;:!?)]|<|$)")
COMMA_AFTER = re.compile(rf"({CLOSING}[,:] +)(\w)")


@dataclass(frozen=True, slots=True)
class Slot:
    """
    A place for the value `name`; `before` and `after` go with it, `empty` stands there without.

    All but the name are written as the whole is: as text or as HTML.
    """

    name: str
    way: str = PLAIN
    before: str = ""
    after: str = ""
    empty: str = ""

    def mark(self) -> str:
        """Write the place so that it passes through a template unharmed."""
        fields = (self.name, self.way, self.before, self.after, self.empty)
        return f"{OPEN}{BETWEEN.join(fields)}{CLOSE}"


Pieces = tuple[str | Slot, ...]


def pieces_of(marked: str) -> Pieces:
    """Cut a marked text into what stands and what is filled in, and tidy it for lack of a value."""
    found: list[str | Slot] = []
    for place, part in enumerate(PLACE.split(marked)):
        if place % 2:
            found.append(Slot(*part.split(BETWEEN)))
        elif part:
            found.append(part)
    return _tidied(found)


def names_in(*texts: Pieces) -> frozenset[str]:
    """The values that these texts ask for."""
    return frozenset(piece.name for text in texts for piece in text if isinstance(piece, Slot))


def clean(value: object) -> str:
    """Make a value fit for one line of words: no line breaks, no controls, nothing hidden."""
    words = str(value)
    if not words.isprintable():
        words = "".join(map(_printable, words))
    return " ".join(words.split())


def filled(text: Pieces, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """Put the values in; `written` turns one into what can stand in such a text."""
    return "".join(
        [piece if isinstance(piece, str) else _fill(piece, values, written) for piece in text]
    )


def _fill(slot: Slot, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    value = values.get(slot.name, "")
    if slot.way == ADDRESS and not SAFE_ADDRESS.fullmatch(value):
        value = ""
    if not value:
        return slot.empty
    ready = quote(value, safe="") if slot.way == PART else written(value)
    return f"{slot.before}{ready}{slot.after}"


def as_html(value: str) -> str:
    return escape(value)


def as_text(value: str) -> str:
    return value


def _printable(sign: str) -> str:
    if sign in TURNS_AROUND:
        return ""
    return " " if unicodedata.category(sign) in NOT_TEXT else sign


def _tidied(pieces: list[str | Slot]) -> Pieces:
    """
    Let no gap show where a value is missing.

    "Hello {name}," becomes "Hello,"; "{name}, look" becomes "Look". Words that the writer gave
    for want of a value are left alone.
    """
    for place, slot in enumerate(pieces):
        if isinstance(slot, str) or slot.way or slot.empty:
            continue
        before, after = _literal(pieces, place - 1)[-NEAR:], _literal(pieces, place + 1)
        gap, start = SPACE_BEFORE.search(before), START_BEFORE.search(before)
        stop, comma = STOP_AFTER.match(after), COMMA_AFTER.match(after)
        if gap and stop and not start and _balanced(gap[2], stop[1]):
            _take(pieces, place, gap[0], stop[1], "")
        elif start and comma and _balanced(start[1], comma[1]):
            _take(pieces, place, start[1], comma[0], comma[2].upper())
    return tuple(piece for piece in pieces if piece != "")


def _balanced(opening: str, closing: str) -> bool:
    return opening.count("<") == closing.count("<")


def _literal(pieces: list[str | Slot], place: int) -> str:
    """What stands at a place; another value stands for itself, so that nothing is taken from it."""
    if not 0 <= place < len(pieces):
        return ""
    piece = pieces[place]
    return piece if isinstance(piece, str) else "x"


def _take(pieces: list[str | Slot], place: int, before: str, after: str, empty: str) -> None:
    """Move what belongs to a value only if there is one into its slot."""
    slot = pieces[place]
    if before:
        pieces[place - 1] = str(pieces[place - 1])[: -len(before)]
    if after:
        pieces[place + 1] = str(pieces[place + 1])[len(after) :]
    if isinstance(slot, Slot):
        pieces[place] = replace(
            slot, before=before + slot.before, after=slot.after + after, empty=empty
        )
