"""Books into the database: the same rows by one statement when few, by COPY when many."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from points.book import Book
from points.book_rows import Circumstances, Gave, Stamp
from points.ledger_sql.basket import as_json
from points.ledger_sql.cursor import prepared_cursor

Row = tuple[Any, ...]
FEW = 40
"""Rows up to which one statement beats COPY."""

COLUMNS = {
    "points_entry": (
        "id, member_id, sequence, kind, points, occurred_at, recorded_at, source_id,"
        " operation, actor, explanation, hash"
    ),
    "points_purchase": (
        "id, source_id, receipt, member_id, placed_at, total, base, refunded, earned, taken,"
        " waived, status, tier_id, version_id, lot_id, store, till, cashier, channel,"
        " recorded_at, explanation, facts, gave"
    ),
    "points_purchaseline": ("purchase_id, line, product, department, category, quantity, amount"),
    "points_lot": ("id, member_id, points, remaining, expired, available_at, expires_at, cause_id"),
    "points_debt": "id, member_id, points, remaining, at",
    "points_allocation": "entry_id, lot_id, cause_id, points",
    "points_refund": (
        "source_id, key, purchase_id, refunded_at, total, waived, entry_id, recorded_at,"
        " explanation, voided_by, voided_at, lines"
    ),
    "members_placement": "member_id, tier_id, since, recorded_at, reason",
}
UPDATE_LOTS = """
UPDATE points_lot l SET remaining = n.remaining, expired = n.expired, cause_id = n.cause
  FROM (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]))
    AS n(id, remaining, expired, cause)
 WHERE l.id = n.id
"""
UPDATE_DEBTS = """
UPDATE points_debt d SET remaining = n.remaining
  FROM (SELECT * FROM unnest(%s::bigint[], %s::bigint[])) AS n(id, remaining) WHERE d.id = n.id
"""
UPDATE_PURCHASES = """
UPDATE points_purchase p SET refunded = n.refunded, taken = n.taken, waived = n.waived,
       status = n.status, gave = n.gave::jsonb
  FROM (SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::bigint[], %s::bigint[], %s::bigint[],
       %s::text[])) AS n(id, refunded, taken, waived, status, gave)
 WHERE p.id = n.id
"""
UPDATE_REFUNDS = """
UPDATE points_refund r SET waived = n.waived, voided_by = n.voided_by, voided_at = n.voided_at
  FROM (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[]))
    AS n(id, waived, voided_by, voided_at)
 WHERE r.id = n.id
"""
ACCOUNT_FIELDS = (
    "balance, debt, sequence, purchases, head, tier_id, tier_since, status_bound, status_days,"
    " latest_at, remainder"
)
UPDATE_ACCOUNT = """
UPDATE points_account SET balance = %s, debt = %s, sequence = %s, purchases = %s, head = %s,
       tier_id = %s, tier_since = %s, status_bound = %s, status_days = %s, latest_at = %s,
       remainder = %s, review_on = CASE WHEN %s THEN NULL ELSE review_on END
 WHERE member_id = %s
"""
UPDATE_ACCOUNTS = """
UPDATE points_account a
   SET balance = n.balance, debt = n.debt, sequence = n.sequence, purchases = n.purchases,
       head = n.head, tier_id = n.tier, tier_since = n.tier_since, status_bound = n.bound,
       status_days = n.days, latest_at = n.latest, remainder = n.remainder,
       review_on = CASE WHEN n.review THEN NULL ELSE a.review_on END
  FROM (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::bytea[],
       %s::smallint[], %s::timestamptz[], %s::bigint[], %s::smallint[], %s::timestamptz[],
       %s::numeric[], %s::bool[], %s::bigint[])) AS n(balance, debt, sequence, purchases, head, tier,
       tier_since, bound, days, latest, remainder, review, member)
 WHERE a.member_id = n.member
"""


def write_books(books: Iterable[Book], stamp: Stamp, *, reason: str = "rose") -> None:
    """Write every row that events added to these books. Call it inside a transaction."""
    written = list(books)
    rows = {table: list(made) for table, made in _new_rows(written, stamp, reason)}
    few = sum(map(len, rows.values())) <= FEW
    with prepared_cursor() if few else connection.cursor() as cursor:
        if few:
            _insert(cursor, rows, written)
        else:
            for table, made in rows.items():
                _copy(cursor, table, made)
            cursor.execute(UPDATE_ACCOUNTS, _turned([_account(book) for book in written]))
        _update(cursor, written)


def _new_rows(books: list[Book], stamp: Stamp, reason: str) -> Iterator[tuple[str, Iterator[Row]]]:
    recorded = stamp.recorded_at.isoformat()
    yield "points_entry", _entries(books, stamp, recorded)
    yield "points_purchase", _purchases(books, stamp, recorded)
    yield "points_purchaseline", _lines(books)
    yield "points_lot", _lots(books)
    yield "points_debt", _debts(books)
    yield "points_allocation", (row for book in books for row in book.allocations)
    yield "points_refund", _refunds(books, stamp, recorded)
    yield (
        "members_placement",
        (
            (book.member, rank, since.isoformat(), recorded, reason)
            for book in books
            for rank, since in book.rises
        ),
    )


def _entries(books: list[Book], stamp: Stamp, recorded: str) -> Iterator[Row]:
    for book in books:
        for row in book.entries:
            yield (
                row.id,
                row.member,
                row.sequence,
                int(row.kind),
                row.points,
                row.time,
                recorded,
                row.source,
                row.operation,
                stamp.actor,
                row.explanation,
                f"\\x{row.hash.hex()}",
            )


def _purchases(books: list[Book], stamp: Stamp, recorded: str) -> Iterator[Row]:
    for book in books:
        for bought in book.bought.values():
            if (event := bought.event) is None:
                continue
            yield (
                bought.id,
                stamp.source,
                bought.key,
                bought.member,
                bought.at.isoformat(),
                str(bought.total),
                str(bought.base),
                str(bought.refunded),
                bought.earned,
                bought.taken,
                bought.waived,
                bought.status,
                bought.tier,
                bought.version,
                bought.lot,
                event.store,
                event.till,
                event.cashier,
                event.channel,
                recorded,
                bought.explanation,
                _json(bought.facts),
                _json(bought.gave),
            )


def _lines(books: list[Book]) -> Iterator[Row]:
    for book in books:
        for bought in book.bought.values():
            if bought.event is None:
                continue
            for line in bought.event.lines:
                yield (
                    bought.id,
                    line.line,
                    line.product,
                    line.department,
                    line.category,
                    str(line.quantity),
                    str(line.amount),
                )


def _lots(books: list[Book]) -> Iterator[Row]:
    for book in books:
        for lot in book.lots:
            if lot.loaded is None:
                yield (
                    lot.id,
                    book.member,
                    lot.points,
                    lot.remaining,
                    lot.expired,
                    lot.available_at.isoformat(),
                    lot.expires_at.isoformat(),
                    lot.cause,
                )


def _debts(books: list[Book]) -> Iterator[Row]:
    for book in books:
        for debt in book.debts:
            if debt.loaded is None:
                yield debt.id, book.member, debt.points, debt.remaining, debt.at.isoformat()


def _refunds(books: list[Book], stamp: Stamp, recorded: str) -> Iterator[Row]:
    for book in books:
        for refund in book.refunds.values():
            if refund.id is None:
                yield (
                    stamp.source,
                    refund.key,
                    refund.purchase.id,
                    refund.at.isoformat(),
                    str(refund.total),
                    refund.waived,
                    refund.taken.entry if refund.taken else None,
                    recorded,
                    refund.explanation,
                    refund.voided_by,
                    _text(refund.voided_at),
                    as_json(refund.lines) if refund.lines else None,
                )


def _json(facts: Circumstances | Gave | None) -> str | None:
    return None if facts is None else facts.as_json()


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _insert(cursor: CursorWrapper, rows: dict[str, list[Row]], books: list[Book]) -> None:
    """All new rows and the account in one statement: foreign keys are checked at its end."""
    parts: list[str] = []
    values: list[Any] = []
    for table, made in rows.items():
        if made:
            places = ", ".join(f"({', '.join(map(_place, row))})" for row in made)
            insert = f"INSERT INTO {table} ({COLUMNS[table]}) VALUES {places}"
            parts.append(f"w{len(parts)} AS ({insert})")
            values += [value for row in made for value in row if value is not None and value != 0]
    common = f"WITH {', '.join(parts)} " if parts else ""
    if len(books) == 1:
        cursor.execute(common + UPDATE_ACCOUNT, [*values, *_account(books[0])])
    else:
        accounts = _turned([_account(book) for book in books])
        cursor.execute(common + UPDATE_ACCOUNTS, [*values, *accounts])


def _place(value: object) -> str:
    """Nothing stands in the statement itself: psycopg keeps none with more than fifty values."""
    if value is None:
        return "NULL"
    return "0" if value == 0 else "%s"


def _copy(cursor: CursorWrapper, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    with cursor.copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _account(book: Book) -> Row:
    return (
        book.balance,
        book.debt,
        book.sequence,
        book.purchases,
        book.head,
        book.tier,
        book.tier_since,
        book.status,
        book.status_days,
        book.latest,
        book.remainder,
        book.review,
        book.member,
    )


def _update(cursor: CursorWrapper, books: list[Book]) -> None:
    """What was there before and has changed: lots, debts, purchases and refunds."""
    _many(
        cursor,
        UPDATE_LOTS,
        [
            (lot.id, lot.remaining, lot.expired, lot.cause)
            for book in books
            for lot in book.lots
            if lot.changed
        ],
    )
    _many(
        cursor,
        UPDATE_DEBTS,
        [
            (debt.id, debt.remaining)
            for book in books
            for debt in book.debts
            if debt.loaded is not None and debt.loaded != debt.remaining
        ],
    )
    _many(
        cursor,
        UPDATE_PURCHASES,
        [
            (
                bought.id,
                bought.refunded,
                bought.taken,
                bought.waived,
                bought.status,
                _json(bought.gave),
            )
            for book in books
            for bought in book.bought.values()
            if bought.changed and bought.event is None
        ],
    )
    _many(
        cursor,
        UPDATE_REFUNDS,
        [
            (refund.id, refund.waived, refund.voided_by, refund.voided_at)
            for book in books
            for refund in book.refunds.values()
            if refund.id is not None
        ],
    )


def _many(cursor: CursorWrapper, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        cursor.execute(statement, _turned(rows))


def _turned(rows: Sequence[Row]) -> list[list[Any]]:
    """Rows into columns, as unnest takes them."""
    return [list(column) for column in zip(*rows, strict=True)]
