"""What somebody tells at the counter who has no card: read from one line, and compared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from members.card_number import is_card_number

LETTERS_NEEDED = 2
POSTAL_CODE = re.compile(r"(?<!\S)([1-9][0-9]{3})(?:( ?)([A-Za-z]{2}))?(?!\S)")
DAY_FIRST = re.compile(
    r"(?<!\S)([0-9]{1,2})(?P<by>[-/. ])([0-9]{1,2})(?P=by)([0-9]{4}|[0-9]{2})(?!\S)"
)
YEAR_FIRST = re.compile(r"(?<!\S)([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?!\S)")
RUN_ON = re.compile(r"(?<!\S)([0-9]{2})([0-9]{2})([0-9]{4})(?!\S)")


@dataclass(frozen=True, slots=True)
class Person:
    """One way to read a line: words of a name, and what tells them from namesakes."""

    words: tuple[str, ...]
    postal_code: str = ""
    birthday: date | None = None

    @property
    def has_name(self) -> bool:
        return sum(map(len, self.words)) >= LETTERS_NEEDED

    @property
    def is_told_apart(self) -> bool:
        return bool(self.postal_code) or self.birthday is not None


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says: a card, an address, or a person in one or two readings."""

    card: str = ""
    email: str = ""
    people: tuple[Person, ...] = ()


def read(line: str, *, today: date) -> Told:
    """
    Read a line as a scanner or a colleague types it.

    A card number, spaced or not; an e-mail address; else a name with a postal code, its four
    digits, or a birthday, in any order.
    """
    text = " ".join(line.replace("\x00", "").split())
    digits = text.replace(" ", "")
    if is_card_number(digits):
        return Told(card=digits)
    if "@" in text:
        return Told(email=text.lower())
    birthday, rest = _birthday(text, today)
    codes = list(POSTAL_CODE.finditer(rest))
    if not codes:
        return Told(people=(Person(words_of(rest), "", birthday),))
    code = codes[0]
    four, space, letters = code.groups()
    around = rest[: code.start()], rest[code.end() :]
    readings = [Person(words_of(" ".join(around)), four, birthday)]
    if letters:
        readings = [Person(readings[0].words, f"{four} {letters.upper()}", birthday)]
    if letters and space and readings[0].has_name:
        # "1234 de Vries": two letters may be the name's as well.
        words = words_of(f"{around[0]} {letters} {around[1]}")
        readings.append(Person(words, four, birthday))
    return Told(people=tuple(readings))


def words_of(name: str) -> tuple[str, ...]:
    """Take a name apart into words that compare: no accents, no capitals, no signs."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(re.findall(r"[^\W\d_]+", letters))


def answers_to(name: str, words: tuple[str, ...]) -> bool:
    """Tell whether each word begins one of the words of a name."""
    own = words_of(name)
    return all(any(known.startswith(word) for known in own) for word in words)


def _birthday(text: str, today: date) -> tuple[date | None, str]:
    """Find a day of birth, and return it with what is left of the line."""
    for pattern, order in ((YEAR_FIRST, "ymd"), (DAY_FIRST, "dmy"), (RUN_ON, "dmy")):
        for found in pattern.finditer(text):
            numbers = [part for part in found.groups() if part.isdigit()]
            parts = dict(zip(order, numbers, strict=True))
            day = _day(parts, today)
            if day is not None:
                return day, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def _day(parts: dict[str, str], today: date) -> date | None:
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        # Of two centuries the one that has been: nobody was born in a year to come.
        year += today.year // 100 * 100
        year -= 100 if year > today.year else 0
    try:
        day = date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None
    return day if day <= today else None
