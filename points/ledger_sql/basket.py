"""What a batch needs to value baskets: lines, what refunds took out, and what caps have used."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.backends.utils import CursorWrapper

from points.book import Book
from points.book_rows import Bought, canonical
from points.events import Line, Purchase, Refund, Returned
from points.ledger_sql.statements import BIRTHDAYS, RECEIPT_LINES, RECENT, RETURNED
from points.rules import Program, Rules


def returned_of(lines: str | None) -> tuple[Returned, ...]:
    """Read what a refund says of lines, as `as_json` wrote it."""
    if lines is None:
        return ()
    return tuple(
        Returned(line, Decimal(quantity), Decimal(amount))
        for line, quantity, amount in json.loads(lines)
    )


def as_json(lines: Iterable[Returned]) -> str:
    """Write what a refund says of lines: number, pieces and money of each."""
    return canonical([[part.line, str(part.quantity), str(part.amount)] for part in lines])


def load_basket(
    cursor: CursorWrapper,
    purchases: Sequence[Purchase],
    refunds: Sequence[Refund],
    bought: Mapping[int, Bought],
    books: Mapping[int, Book],
    program: Program,
) -> None:
    """Load into books and known purchases what the versions that value them look at."""
    _load_returned(cursor, refunds, bought, program)
    versions = {program.at(event.at) for event in purchases} - {None}
    asking = [rules for rules in versions if rules is not None and not rules.is_plain]
    if asking:
        _load_past(cursor, purchases, asking, bought, books)


def _load_returned(
    cursor: CursorWrapper,
    refunds: Sequence[Refund],
    bought: Mapping[int, Bought],
    program: Program,
) -> None:
    before = [purchase.id for purchase in bought.values() if purchase.refunded]
    if before:
        cursor.execute(RETURNED, (before,))
        for purchase, parts in cursor.fetchall():
            bought[purchase].returned += returned_of(parts)
    by_line = {event.purchase for event in refunds if event.lines}
    wanted = [
        purchase.id
        for purchase in bought.values()
        if purchase.returned
        or purchase.key in by_line
        or _looks_at_lines(program.numbered(purchase.version))
    ]
    if not wanted:
        return
    cursor.execute(RECEIPT_LINES, (wanted,))
    lines: dict[int, list[Line]] = {}
    for purchase, *columns in cursor.fetchall():
        lines.setdefault(purchase, []).append(Line(*columns))
    for purchase, found in lines.items():
        bought[purchase].lines = tuple(found)


def _looks_at_lines(rules: Rules) -> bool:
    return not rules.is_plain and rules.looks_at_lines


def _load_past(
    cursor: CursorWrapper,
    purchases: Sequence[Purchase],
    asking: Sequence[Rules],
    bought: Mapping[int, Bought],
    books: Mapping[int, Book],
) -> None:
    members = sorted({event.member for event in purchases if event.member in books})
    if any(rules.birthday_rules for rules in asking):
        cursor.execute(BIRTHDAYS, (members,))
        for member, birthday in cursor.fetchall():
            books[member].birthday = birthday
    if any(rules.caps for rules in asking):
        _load_recent(cursor, purchases, members, asking, bought, books)


def _load_recent(
    cursor: CursorWrapper,
    purchases: Sequence[Purchase],
    members: list[int],
    asking: Sequence[Rules],
    bought: Mapping[int, Bought],
    books: Mapping[int, Book],
) -> None:
    """Load the purchases that a cap may count: those of the periods around the batch."""
    bounds = [
        cap.bounds(event.at, rules.zone)
        for rules in asking
        for cap in rules.caps.values()
        for event in (min(purchases, key=_moment), max(purchases, key=_moment))
    ]
    since, until = min(start for start, _ in bounds), max(end for _, end in bounds)
    cursor.execute(RECENT, (members, since, until))
    for row in cursor.fetchall():
        recent = bought.get(row[0]) or Bought(*row)
        books[recent.member].recent[recent.id] = recent


def _moment(event: Purchase) -> datetime:
    return event.at
