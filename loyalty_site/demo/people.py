"""Invented people; any likeness is chance, and nobody can be reached at .example."""

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from members.models import User

NAMES = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))
FIRST_BIRTHDAY = date(1946, 3, 14)
POST = "post.example"
ENGLISH_SPEAKER_EVERY = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Who a household of the sample is, in the demo."""

    name: str
    email: str
    birthday: date
    language: str


def person(number: int) -> Person:
    """Return the person of this number, always the same; 0 is Sanne de Vries."""
    firsts, lasts = NAMES["first"], NAMES["last"]
    first = firsts[number % len(firsts)]
    last = lasts[(number * 7 + number // len(firsts)) % len(lasts)]
    speaks_english = number % ENGLISH_SPEAKER_EVERY == ENGLISH_SPEAKER_EVERY - 1
    return Person(
        name=f"{first} {last}",
        email=f"{_plain(first)}.{_plain(last)}@{POST}",
        birthday=FIRST_BIRTHDAY + timedelta(days=number * 4_519 % 21_000),
        language=User.Language.ENGLISH if speaks_english else User.Language.DUTCH,
    )


def _plain(name: str) -> str:
    """The name in the letters that an address may have."""
    decomposed = unicodedata.normalize("NFKD", name.replace("ı", "i"))
    return "".join(letter for letter in decomposed.lower() if letter.isascii() and letter.isalpha())
