"""Tables people hand over as CSV: read row by row, nothing trusted, each fault with its line."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 65_536
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class UnreadableFile(Exception):
    """The file as a whole cannot be used; says why."""


class BadValue(Exception):
    """A cell that does not hold."""

    def __init__(self, column: str, value: str, why: str) -> None:
        shown = value if len(value) <= 40 else f"{value[:40]}…"
        super().__init__(f"{column}: {why}" + (f", not {shown!r}" if value else ""))


@dataclass(slots=True)
class Fault:
    """A row that is not taken: where and why; `file` only where it is not the main one."""

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
