"""The committed sample, moved to the Netherlands and to this year."""

import csv
import gzip
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent
ACTIVITY = FOLDER / "activity.csv.gz"
LINES = FOLDER / "lines.csv.gz"
PROGRAM = FOLDER / "program.toml"
SHOPS = ZoneInfo("America/New_York")
LAST_DAY = date(2017, 12, 31)
DEMO_HOUSEHOLD = "1770"
"""Earns, spends, rises to Gold, and has points that expired and points that soon will."""
HOUSEHOLDS = 249
POINTS_A_REDEMPTION = "250"
PLACES = ("store", "till", "cashier")

IN_DUTCH = {
    "BOTTLE DEPOSITS": "Statiegeld",
    "CHEESE": "Kaas",
    "CHEESES": "Kaas",
    "CIGARETTES": "Sigaretten",
    "CIGARS": "Sigaren",
    "PREPAID WIRELESS&ACCESSORIES": "Beltegoed",
    "TOBACCO OTHER": "Tabak",
    "TROPICAL FRUIT": "Fruit",
    "VEGETABLES - ALL OTHERS": "Groente",
}
"""The categories that Marktzicht's program and its draft name."""

Row = dict[str, str]


def read_sample() -> list[Row]:
    with gzip.open(ACTIVITY, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def household_numbers(rows: Iterable[Row]) -> list[str]:
    """Return all households, always in the same order, the demo member's first."""
    numbers = {row["member"] for row in rows}
    return sorted(numbers, key=lambda number: (number != DEMO_HOUSEHOLD, int(number)))


def days_to_yesterday(today: date) -> int:
    """By how many days the sample has to move for its last day to be yesterday."""
    return (today - LAST_DAY).days - 1


def days_moved(row: Row, placed_at: datetime, zone: ZoneInfo) -> int:
    """By how many days an earlier run moved the sample, read off one of its purchases."""
    return (placed_at.astimezone(zone).date() - _wall_time(row).date()).days


def write_moved(rows: Iterable[Row], path: Path, days: int, zone: ZoneInfo) -> None:
    """Write the rows as an activity file, each at the same wall-clock time so many days on."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "id", "member", "at", "total", "points", *PLACES])
        for row in rows:
            local = (_wall_time(row) + timedelta(days=days)).replace(tzinfo=zone)
            at = local.astimezone(UTC).isoformat()
            points = POINTS_A_REDEMPTION if row["points"] else ""
            places = [row.get(place, "") for place in PLACES]
            writer.writerow(
                [row["kind"], row["id"], row["member"], at, row["total"], points, *places]
            )


def write_lines(receipts: set[str], path: Path) -> None:
    """Write these receipts' lines, with the categories that members read about in Dutch."""
    with (
        gzip.open(LINES, "rt", encoding="utf-8", newline="") as file,
        path.open("w", encoding="utf-8", newline="") as copy,
    ):
        reader = csv.DictReader(file)
        writer = csv.DictWriter(copy, reader.fieldnames or ())
        writer.writeheader()
        for row in reader:
            if row["receipt"] in receipts:
                row["category"] = IN_DUTCH.get(row["category"], row["category"])
                writer.writerow(row)


def _wall_time(row: Row) -> datetime:
    """What the clock in the shop showed."""
    return datetime.fromisoformat(row["at"]).astimezone(SHOPS).replace(tzinfo=None)
