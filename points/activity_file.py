"""The activity file: what tills and earlier systems report, read row by row, nothing trusted."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from points.events import Credit, Debit, Event, Line, Purchase, Refund
from points.kinds import Kind

LONGEST_LINE = 65_536
MOST_MONEY = Decimal("9999999.99")
MOST_POINTS = 1_000_000_000
MONEY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
WHOLE = re.compile(r"-?[0-9]{1,12}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
KINDS = ("purchase", "refund", "redemption", "bonus", "adjustment")
WITHOUT_CARD = ("purchase", "refund")
PLACES = ("store", "till", "cashier", "channel")
COLUMNS = ("kind", "id", "member", "at", "total", "points", "refers_to", *PLACES)
LINE_COLUMNS = ("receipt", "line", "product", "department", "category", "quantity", "amount")


class UnreadableFile(Exception):
    """The file as a whole cannot be used; says why."""


class BadValue(Exception):
    """A cell that does not hold."""

    def __init__(self, column: str, value: str, why: str) -> None:
        shown = value if len(value) <= 40 else f"{value[:40]}…"
        super().__init__(f"{column}: {why}" + (f", not {shown!r}" if value else ""))


@dataclass(slots=True)
class Fault:
    """A row that is not taken: where and why; `file` only where it is not the activity file."""

    row: int
    why: str
    file: str = ""


Cells = dict[str, str]


def open_bytes(path: Path) -> BinaryIO:
    """Open a file or its gzip; raises UnreadableFile with the reason."""
    try:
        if path.suffix == ".gz":
            return io.BufferedReader(gzip.open(path, "rb"))
        return path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from None


def read_cells(
    path: Path, known: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[tuple[int, Cells | Fault]]:
    """
    Yield (row number, cells by column) of a CSV, or the fault of a row that cannot be read.

    Raises UnreadableFile for a missing file, a broken archive or a header that is off.
    """
    with open_bytes(path) as file:
        try:
            yield from _cells(path, file, known, needed)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFile(f"{path}: the archive is damaged ({error})") from None


def _cells(
    path: Path, file: BinaryIO, known: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[tuple[int, Cells | Fault]]:
    header: list[str] | None = None
    for row, raw in _lines(file):
        if isinstance(raw, Fault):
            if header is None:
                raise UnreadableFile(f"{path}, line {row}: {raw.why}")
            yield row, raw
            continue
        if header is None:
            header = _header(path, raw, known, needed)
            continue
        if not raw.strip():
            continue
        cells = raw.split(",") if '"' not in raw else _quoted(raw)
        if cells is None or len(cells) != len(header):
            found = "an open quote" if cells is None else f"{len(cells)} cells"
            yield row, Fault(row, f"{found} where the header has {len(header)} columns")
            continue
        yield row, dict(zip(header, cells, strict=True))
    if header is None:
        raise UnreadableFile(f"{path}: the file is empty; a header was expected")


def _lines(file: BinaryIO) -> Iterator[tuple[int, str | Fault]]:
    row = 0
    while raw := file.readline(LONGEST_LINE + 1):
        row += 1
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield row, Fault(row, f"the line is longer than {LONGEST_LINE} bytes")
            continue
        if row == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            line = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            yield row, Fault(row, f"byte {error.start + 1} is not UTF-8: {raw[error.start]:#04x}")
            continue
        if "\x00" in line:
            yield row, Fault(row, f"character {line.index(chr(0)) + 1} is a NUL")
            continue
        yield row, line


def _quoted(line: str) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True))
    except (csv.Error, StopIteration):
        return None


def _header(path: Path, line: str, known: tuple[str, ...], needed: tuple[str, ...]) -> list[str]:
    cells = [cell.strip().lower() for cell in (_quoted(line) or [])]
    strange = [cell for cell in cells if cell not in known]
    missing = [name for name in needed if name not in cells]
    if strange or missing or len(set(cells)) != len(cells):
        faults = [f"unknown column {cell[:40]!r}" for cell in strange[:5]]
        faults += [f"column {name!r} is missing" for name in missing]
        if len(set(cells)) != len(cells):
            faults.append("a column stands there twice")
        raise UnreadableFile(f"{path}, line 1: {'; '.join(faults)}; known are {', '.join(known)}")
    return cells


# Values


def text(cells: Cells, column: str, *, most: int = 64, needed: bool = False) -> str:
    value = cells.get(column, "").strip()
    if len(value) > most:
        raise BadValue(column, value, f"has {most} characters at most")
    if not value.isprintable() and UNPRINTABLE.search(value):
        raise BadValue(column, repr(value), "must have no control characters")
    if needed and not value:
        raise BadValue(column, value, "is missing")
    return value


def moment(cells: Cells, column: str = "at") -> datetime:
    value = cells.get(column, "").strip()
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise BadValue(column, value, "must be a moment such as 2026-01-31T12:00:00Z") from None
    if at.tzinfo is None:
        raise BadValue(column, value, "must name its zone, as in 2026-01-31T12:00:00+01:00")
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise BadValue(column, value, "is out of range") from None
    if not EARLIEST <= at < LATEST:
        raise BadValue(column, value, "must lie between 1990 and 2200")
    return at


def money(cells: Cells, column: str = "total", *, least: str = "0") -> Decimal:
    value = cells.get(column, "").strip()
    if not MONEY.fullmatch(value):
        raise BadValue(column, value, "must be an amount such as 12.50")
    amount = Decimal(value)
    if amount != (cents := amount.quantize(Decimal("0.01"))):
        raise BadValue(column, value, "must have two decimals at most")
    if cents < Decimal(least):
        raise BadValue(column, value, f"must be {least} or more")
    if cents > MOST_MONEY:
        raise BadValue(column, value, f"must be {MOST_MONEY} at most")
    return cents


def points(cells: Cells, *, negative: bool = False) -> int:
    value = cells.get("points", "").strip()
    if not WHOLE.fullmatch(value):
        raise BadValue("points", value, "must be a whole number")
    amount = int(value)
    if amount == 0 or (amount < 0 and not negative):
        raise BadValue("points", value, "must not be 0" if negative else "must be above 0")
    if abs(amount) > MOST_POINTS:
        raise BadValue("points", value, f"must be {MOST_POINTS} at most")
    return amount


# Rows


@dataclass(slots=True)
class Reported:
    """An event as the file has it; `member` is still the number there, or "" without a card."""

    event: Event
    member: str


def read_activity(path: Path) -> Iterator[Reported | Fault]:
    """Yield every row of an activity file as an event or as a fault."""
    for row, cells in read_cells(path, COLUMNS, ("id", "member", "at")):
        if isinstance(cells, Fault):
            yield cells
            continue
        try:
            yield _reported(row, cells)
        except BadValue as error:
            yield Fault(row, str(error))


def _reported(row: int, cells: Cells) -> Reported:
    kind = cells.get("kind", "").strip() or "purchase"
    if kind not in KINDS:
        raise BadValue("kind", kind, f"must be one of {', '.join(KINDS)}")
    key = text(cells, "id", needed=True)
    member = text(cells, "member", needed=kind not in WITHOUT_CARD)
    at = moment(cells)
    event: Event
    if kind == "purchase":
        event = Purchase(key, 0, at, money(cells), (), *_places(cells), row)
    elif kind == "refund":
        refers_to = text(cells, "refers_to", needed=True)
        event = Refund(key, 0, at, money(cells, least="0.01"), refers_to, row)
    elif kind == "redemption":
        event = Debit(key, 0, at, points(cells), Kind.REDEEMED, "", row)
    elif kind == "bonus":
        event = Credit(key, 0, at, points(cells), Kind.BONUS, row=row)
    else:
        amount = points(cells, negative=True)
        if amount > 0:
            event = Credit(key, 0, at, amount, Kind.ADJUSTED, row=row)
        else:
            event = Debit(key, 0, at, -amount, Kind.ADJUSTED, row=row)
    return Reported(event, member)


def _places(cells: Cells) -> tuple[str, str, str, str]:
    return (
        text(cells, "store"),
        text(cells, "till"),
        text(cells, "cashier"),
        text(cells, "channel"),
    )


def read_lines(path: Path, receipts: set[str]) -> Iterator[tuple[str, Line | Fault]]:
    """
    Yield (receipt, line or its fault) of a lines file, for the receipts asked for.

    A row that cannot be read at all has no receipt: "".
    """
    names: dict[str, str] = {}
    for row, cells in read_cells(path, LINE_COLUMNS, ("receipt", "line", "amount")):
        if isinstance(cells, Fault):
            yield "", cells
        elif (receipt := cells["receipt"].strip()) in receipts:
            try:
                yield receipt, _line(cells, names)
            except BadValue as error:
                yield receipt, Fault(row, str(error))


def _line(cells: Cells, names: dict[str, str]) -> Line:
    number = text(cells, "line", needed=True)
    if not number.isdecimal() or int(number) > 1_000_000:
        raise BadValue("line", number, "must be a whole number")
    product, department, category = (
        names.setdefault(name, name)
        for name in (
            text(cells, "product"),
            text(cells, "department", most=80),
            text(cells, "category", most=80),
        )
    )
    quantity = cells.get("quantity", "1").strip() or "1"
    if not MONEY.fullmatch(quantity) or abs(Decimal(quantity)) >= 1_000_000_000:
        raise BadValue("quantity", quantity, "must be a number")
    return Line(
        int(number),
        product,
        department,
        category,
        Decimal(quantity),
        money(cells, "amount", least="-9999999.99"),
    )
