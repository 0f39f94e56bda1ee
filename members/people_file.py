"""The people file: who took part in an earlier program, read row by row, nothing trusted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from members.table_file import EARLIEST, LATEST, BadValue, Cells, Fault, moment, read_cells, text

COLUMNS = (
    *("id", "name", "email", "birthday", "postal_code", "language", "joined"),
    *("consent", "consent_at", "consent_proof", "consent_wording", "opening", "opening_at"),
)
LANGUAGES = ("nl", "en")
MOST_POINTS = 1_000_000_000
MOST_LOTS = 50
LOT = re.compile(r"(?P<points>[0-9]{1,12})(?:@(?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2}))?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Agreed:
    """A yes or a no to news by e-mail, with what proves it."""

    given: bool
    at: datetime
    proof: str
    wording: str


@dataclass(frozen=True, slots=True)
class OpeningLot:
    """Points brought along; `until` is their last day, none where the program says it."""

    points: int
    until: date | None


@dataclass(frozen=True, slots=True)
class Opening:
    """A balance as it was taken over at a moment."""

    at: datetime
    lots: tuple[OpeningLot, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A row as the file has it; what is not there is empty."""

    row: int
    id: str
    name: str = ""
    email: str = ""
    birthday: date | None = None
    postal_code: str = ""
    language: str = ""
    joined: date | datetime | None = None
    agreed: Agreed | None = None
    opening: Opening | None = None


def read_people(path: Path) -> Iterator[Person | Fault]:
    """Yield every row of a people file as a person or as a fault."""
    for row, cells in read_cells(path, COLUMNS, ("id",)):
        if isinstance(cells, Fault):
            yield cells
            continue
        try:
            yield _person(row, cells)
        except BadValue as error:
            yield Fault(row, str(error))


def _person(row: int, cells: Cells) -> Person:
    language = text(cells, "language").lower()
    if language and language not in LANGUAGES:
        raise BadValue("language", language, f"must be {' or '.join(LANGUAGES)}")
    return Person(
        row=row,
        id=text(cells, "id", needed=True),
        name=text(cells, "name", most=120),
        email=text(cells, "email", most=254),
        birthday=_day(cells, "birthday") if _has(cells, "birthday") else None,
        postal_code=text(cells, "postal_code", most=12),
        language=language,
        joined=_joined(cells),
        agreed=_agreed(cells),
        opening=_opening(cells),
    )


def _has(cells: Cells, column: str) -> bool:
    return bool(cells.get(column, "").strip())


def _day(cells: Cells, column: str) -> date:
    return _read_day(column, cells[column].strip())


def _read_day(column: str, value: str) -> date:
    try:
        if DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadValue(column, value, "must be a day such as 2026-01-31")


def _joined(cells: Cells) -> date | datetime | None:
    if not _has(cells, "joined"):
        return None
    if len(cells["joined"].strip()) > 10:
        return moment(cells, "joined")
    day = _day(cells, "joined")
    if not EARLIEST.date() <= day < LATEST.date():
        raise BadValue("joined", day.isoformat(), "must lie between 1990 and 2200")
    return day


def _agreed(cells: Cells) -> Agreed | None:
    answer = text(cells, "consent").lower()
    if answer not in {"", "yes", "no"}:
        raise BadValue("consent", answer, "must be yes, no or nothing")
    # Nobody asked, or nobody knows when: then it is no, as for everybody who was never asked.
    if not answer or (answer == "no" and not _has(cells, "consent_at")):
        return None
    return Agreed(
        given=answer == "yes",
        at=moment(cells, "consent_at"),
        proof=text(cells, "consent_proof", most=200, needed=answer == "yes"),
        wording=text(cells, "consent_wording", most=300),
    )


def _opening(cells: Cells) -> Opening | None:
    value = cells.get("opening", "").strip()
    if value in {"", "0"}:
        return None
    parts = [part.strip() for part in value.split(";") if part.strip()]
    if len(parts) > MOST_LOTS:
        raise BadValue("opening", value, f"must have {MOST_LOTS} parts at most")
    return Opening(moment(cells, "opening_at"), tuple(_lot(part) for part in parts))


def _lot(part: str) -> OpeningLot:
    found = LOT.fullmatch(part)
    if found is None:
        raise BadValue("opening", part, "must be points and their last day: 120@2026-12-31; 80")
    points = int(found["points"])
    if not 0 < points <= MOST_POINTS:
        raise BadValue("opening", part, f"must be above 0 and {MOST_POINTS} at most")
    return OpeningLot(points, _read_day("opening", found["until"]) if found["until"] else None)
