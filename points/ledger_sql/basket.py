"""What a batch needs to value baskets: lines, what refunds took out, and what caps have used."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.backends.utils import CursorWrapper

from points.book import Book
from points.book_rows import Bought, Circumstances, Gave, canonical
from points.events import Line, Purchase, Refund, Returned
from points.ledger_sql.statements import BIRTHDAYS, RECEIPT_LINES, RECENT, RETURNED
from points.rules import Program, Rules

A_DAY = timedelta(days=1)


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


def as_bought(row: Sequence[Any]) -> Bought:
    """Read a purchase as `BOUGHT` selects it."""
    bought = Bought(*row[:-2])
    facts, gave = row[-2:]
    bought.facts = None if facts is None else Circumstances.from_json(facts)
    bought.gave = None if gave is None else Gave.from_json(gave)
    return bought


def load_returned(
    cursor: CursorWrapper,
    refunds: Sequence[Refund],
    bought: Mapping[int, Bought],
    program: Program,
) -> None:
    """Load into purchases what revaluing them looks at: their lines, and what came back."""
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


def load_past(
    cursor: CursorWrapper,
    purchases: Sequence[Purchase],
    bought: Mapping[int, Bought],
    books: Mapping[int, Book],
    program: Program,
    *,
    until: datetime,
) -> None:
    """Load into books what the versions that value these purchases look at."""
    # What lies in the future is refused later on; no calendar has to reach that far.
    asking = [
        (event, rules)
        for event in purchases
        if event.member in books and event.at <= until + A_DAY
        if (rules := program.at(event.at)) is not None and not rules.is_plain
    ]
    members = sorted({event.member for event, _ in asking})
    if any(rules.birthday_rules for _, rules in asking):
        cursor.execute(BIRTHDAYS, (members,))
        for member, birthday in cursor.fetchall():
            books[member].birthday = birthday
    if any(rules.caps for _, rules in asking):
        _load_recent(cursor, members, asking, bought, books)


def _load_recent(
    cursor: CursorWrapper,
    members: list[int],
    asking: Sequence[tuple[Purchase, Rules]],
    bought: Mapping[int, Bought],
    books: Mapping[int, Book],
) -> None:
    """Load the purchases that a cap may count: those of the periods around the batch."""
    bounds = [
        cap.bounds(at, rules.zone)
        for rules in {rules for _, rules in asking}
        for cap in rules.caps.values()
        for at in _first_and_last(asking, rules)
    ]
    since, until = min(start for start, _ in bounds), max(end for _, end in bounds)
    cursor.execute(RECENT, (members, since, until))
    for row in cursor.fetchall():
        recent = bought.get(row[0]) or as_bought(row)
        books[recent.member].recent[recent.id] = recent


def _first_and_last(
    asking: Sequence[tuple[Purchase, Rules]], rules: Rules
) -> tuple[datetime, datetime]:
    moments = [event.at for event, under in asking if under is rules]
    return min(moments), max(moments)
