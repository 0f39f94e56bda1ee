"""The activity file: what tills and earlier systems report, read row by row, nothing trusted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from members.table_file import BadValue, Cells, Fault, moment, read_cells, text
from points.events import Credit, Debit, Event, Line, Purchase, Refund
from points.kinds import Kind

MOST_MONEY = Decimal("9999999.99")
MOST_POINTS = 1_000_000_000
MONEY = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
WHOLE = re.compile(r"-?[0-9]{1,12}")
KINDS = ("purchase", "refund", "redemption", "bonus", "adjustment")
WITHOUT_CARD = ("purchase", "refund")
PLACES = ("store", "till", "cashier", "channel")
COLUMNS = ("kind", "id", "member", "at", "total", "points", "refers_to", *PLACES)
THOUSANDTHS = Decimal("0.001")
LINE_COLUMNS = ("receipt", "line", "product", "department", "category", "quantity", "amount")


# Values


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
        Decimal(quantity).quantize(THOUSANDTHS),
        money(cells, "amount", least="-9999999.99"),
    )
