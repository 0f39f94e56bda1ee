"""Books out of the database: locked in member order, with no more than a batch needs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper as Cursor

from points.book import Book
from points.book_rows import Bought, Debt, Lot, Refunded, Stamp, Standing, Taken
from points.events import Credit, Debit, Event, Purchase, Refund, Restore, VoidRefund, in_lines
from points.kinds import Kind
from points.ledger_sql.basket import as_bought, load_past, load_returned, returned_of
from points.ledger_sql.cursor import prepared_cursor
from points.ledger_sql.statements import (
    BOUGHT,
    DEBTS,
    DUE_LOTS,
    ENTRIES,
    LOCK,
    LOCK_ONE,
    MOVES,
    OPEN,
    OPEN_LOTS,
    PURCHASE,
    PURCHASES,
    REFUNDS,
    TAKEN,
)
from points.ledger_sql.tiers import load_standing
from points.local_time import NEVER
from points.program_cache import stamped_program
from points.rules import Program

Known = dict[tuple[int, str], tuple[object, ...]]
"""What a source has reported before: (kind or table, key) -> its content."""

PURCHASE_KEYS = -1
REFUND_KEYS = -2
VOID_KEYS = -3


@dataclass(slots=True)
class Loaded:
    """The books of a batch, what the source reported before, and the program in force."""

    program: Program
    books: dict[int, Book]
    known: Known = field(default_factory=dict)


@dataclass(slots=True)
class Sorted:
    """The events of a batch by what they need."""

    purchases: list[Purchase] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    debits: list[Debit] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    restores: list[Restore] = field(default_factory=list)
    voids: list[VoidRefund] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Sorted":
        batch = cls()
        lists: dict[type, list[Any]] = {
            Purchase: batch.purchases,
            Credit: batch.credits,
            Debit: batch.debits,
            Refund: batch.refunds,
            Restore: batch.restores,
            VoidRefund: batch.voids,
        }
        for event in events:
            lists[type(event)].append(event)
        return batch

    @property
    def takers(self) -> list[Event]:
        """Events that need to see lots."""
        return [*self.debits, *self.refunds, *self.restores, *self.voids]


def load_books(events: Sequence[Event], stamp: Stamp) -> Loaded:
    """
    Lock the accounts of a batch in member order and load what its events need.

    Members that are not there have no book. Call it inside a transaction.
    """
    batch = Sorted.of(events)
    with prepared_cursor() if len(events) == 1 else connection.cursor() as cursor:
        loaded = _lock(cursor, sorted({event.member for event in events}), batch, stamp)
        bought = _load_purchases(cursor, batch, loaded, stamp.source)
        debits = _load_entries(cursor, batch, loaded, stamp.source)
        refunds = _load_refunds(cursor, batch, loaded, stamp.source, bought)
        if batch.refunds or batch.voids:
            load_returned(cursor, batch.refunds, bought, loaded.program)
        load_past(
            cursor, batch.purchases, bought, loaded.books, loaded.program, until=stamp.recorded_at
        )
        _load_lots(cursor, batch, loaded, bought, debits, refunds)
        _load_debts(cursor, loaded)
        load_standing(cursor, batch.purchases, batch.voids, loaded.program, loaded.books)
    return loaded


def _lock(cursor: Cursor, members: list[int], batch: Sorted, stamp: Stamp) -> Loaded:
    statement, whose = (LOCK_ONE, tuple(members)) if len(members) == 1 else (LOCK, (members,))
    if batch.debits:
        statement += " FOR SHARE OF m"
    cursor.execute(statement, whose)
    rows = cursor.fetchall()
    if len(rows) < len(members):
        cursor.execute(OPEN, (members,))
        cursor.execute(statement, whose)
        rows = cursor.fetchall()
    books = {}
    for member, sequence, purchases, head, balance, debt, tier, since, bound, days, *rest in rows:
        latest, remainder, standing, _ = rest
        books[member] = Book(
            member,
            stamp,
            standing=Standing(standing),
            sequence=sequence,
            purchases=purchases,
            head=bytes(head),
            balance=balance,
            debt=debt,
            tier=tier,
            tier_since=since,
            status=bound,
            latest=latest,
            status_days=days,
            remainder=remainder,
        )
    return Loaded(stamped_program(rows[0][-1] if rows else 0), books)


def load_due_books(members: list[int], until: datetime, stamp: Stamp) -> list[Book]:
    """Lock accounts in member order and load their lots that ended by `until`."""
    with connection.cursor() as cursor:
        loaded = _lock(cursor, members, Sorted(), stamp)
        cursor.execute(DUE_LOTS, (members, until))
        for *row, member in cursor.fetchall():
            loaded.books[member].add_lot(_know_lot(row))
    return list(loaded.books.values())


def _know_lot(row: Sequence[Any]) -> Lot:
    id_, points, remaining, expired, available_at, expires_at, cause = row
    return Lot(
        id_,
        points,
        remaining,
        expired,
        available_at,
        expires_at,
        cause,
        (remaining, expired, cause),
    )


def _load_purchases(
    cursor: Cursor, batch: Sorted, loaded: Loaded, source: int
) -> dict[int, Bought]:
    receipts = {event.key for event in batch.purchases}
    receipts |= {event.purchase for event in batch.refunds}
    if not receipts:
        return {}
    if len(receipts) == 1:
        cursor.execute(PURCHASE, (*receipts, source))
    else:
        cursor.execute(PURCHASES, (list(receipts), source))
    bought = {row[0]: _know_purchase(row, loaded) for row in cursor.fetchall()}
    by_receipt = {purchase.key: purchase for purchase in bought.values()}
    for event in batch.refunds:
        if event.purchase in by_receipt and event.member in loaded.books:
            loaded.books[event.member].bought[event.purchase] = by_receipt[event.purchase]
    return bought


def _know_purchase(row: Sequence[Any], loaded: Loaded) -> Bought:
    bought = as_bought(row)
    loaded.known[PURCHASE_KEYS, bought.key] = (bought.member, bought.at, bought.total)
    if bought.member in loaded.books:
        loaded.books[bought.member].bought[bought.key] = bought
    return bought


def _load_entries(
    cursor: Cursor, batch: Sorted, loaded: Loaded, source: int
) -> dict[int, tuple[int, str, datetime]]:
    keys = [(int(event.kind), event.key) for event in batch.credits]
    keys += [(int(event.kind), event.key) for event in batch.debits]
    keys += [(int(Kind.RESTORED), event.key) for event in batch.restores]
    keys += [(int(Kind.REDEEMED), event.redemption) for event in batch.restores]
    if not keys:
        return {}
    cursor.execute(ENTRIES, ([kind for kind, _ in keys], [key for _, key in keys], source))
    redeemed = {}
    for entry, kind, operation, member, at, points, why in cursor.fetchall():
        content: tuple[object, ...]
        if kind == Kind.RESTORED:
            facts = json.loads(why)
            content = (member, at, facts["redemption"], facts.get("asked"))
        else:
            content = (member, at, points)
        loaded.known[kind, operation] = content
        if kind == Kind.REDEEMED:
            redeemed[entry] = (member, operation, at)
    return redeemed


def _load_refunds(
    cursor: Cursor,
    batch: Sorted,
    loaded: Loaded,
    source: int,
    bought: dict[int, Bought],
) -> dict[int, list[Refunded]]:
    """Return, by claw-back entry, the refunds that a void may have to undo."""
    if not batch.refunds and not batch.voids:
        return {}
    keys = [event.key for event in batch.refunds] + [event.refund for event in batch.voids]
    cursor.execute(
        f"{REFUNDS} WHERE r.source_id = %s AND (r.key = ANY(%s) OR r.voided_by = ANY(%s))",
        (source, keys, [event.key for event in batch.voids]),
    )
    rows = cursor.fetchall()
    for _, key, _, at, total, _, _, voided_by, voided_at, lines, receipt, member in rows:
        loaded.known[REFUND_KEYS, key] = (member, at, total, receipt, in_lines(returned_of(lines)))
        if voided_by is not None:
            loaded.known[VOID_KEYS, voided_by] = (member, voided_at, key)
    if not batch.voids:
        return {}
    purchases = list({row[2] for row in rows})
    cursor.execute(
        f"SELECT {BOUGHT} FROM points_purchase p WHERE p.id = ANY(%s::bigint[])", (purchases,)
    )
    bought |= {
        row[0]: _know_purchase(row, loaded) for row in cursor.fetchall() if row[0] not in bought
    }
    cursor.execute(
        f"{REFUNDS} WHERE r.purchase_id = ANY(%s::bigint[]) ORDER BY r.refunded_at, r.id",
        (purchases,),
    )
    entries: dict[int, list[Refunded]] = {}
    for (
        id_,
        key,
        purchase,
        at,
        total,
        waived,
        entry,
        voided_by,
        voided_at,
        lines,
        _,
        member,
    ) in cursor.fetchall():
        refunded = Refunded(
            key,
            bought[purchase],
            at,
            total,
            waived,
            None,
            "",
            id_,
            returned_of(lines),
            voided_by,
            voided_at,
        )
        if member in loaded.books:
            loaded.books[member].refunds[key] = refunded
        if entry is not None:
            refunded.taken = Taken(entry, at, [])
            entries.setdefault(entry, []).append(refunded)
    return entries


def _load_lots(
    cursor: Cursor,
    batch: Sorted,
    loaded: Loaded,
    bought: dict[int, Bought],
    redeemed: dict[int, tuple[int, str, datetime]],
    refunds: dict[int, list[Refunded]],
) -> None:
    since = _taken_since(batch, loaded)
    if not since:
        return
    parts = _taken_parts(cursor, [*redeemed, *refunds])
    wanted = {lot for _, lot, _ in parts}
    if batch.refunds or batch.voids:
        wanted |= {purchase.lot for purchase in bought.values() if purchase.lot is not None}
    cursor.execute(OPEN_LOTS, (list(since), list(since.values()), list(wanted)))
    lots: dict[int, Lot] = {}
    owners: dict[int, int] = {}
    for *row, member in cursor.fetchall():
        lot = lots[row[0]] = _know_lot(row)
        owners[lot.id] = member
    for lot in sorted(lots.values(), key=lambda lot: (lot.expires_at, lot.available_at, lot.id)):
        if owners[lot.id] in loaded.books:
            loaded.books[owners[lot.id]].add_lot(lot)
    _know_taken(parts, lots, loaded, redeemed, refunds)
    if batch.restores or batch.voids:
        _load_claims(cursor, loaded, [event.member for event in batch.takers])
    _load_moves(cursor, loaded, since, lots, owners)


def _taken_since(batch: Sorted, loaded: Loaded) -> dict[int, datetime]:
    """The first moment at which this batch takes from a member who may have lots."""
    since: dict[int, datetime] = {}
    for event in batch.takers:
        book = loaded.books.get(event.member)
        if book is not None and book.sequence:
            since[event.member] = min(event.at, since.get(event.member, NEVER))
    return since


def _taken_parts(cursor: Cursor, entries: list[int]) -> list[tuple[int, int, int]]:
    if not entries:
        return []
    cursor.execute(TAKEN, (entries,))
    return [(entry, lot, int(points)) for entry, lot, points in cursor.fetchall()]


def _know_taken(
    parts: list[tuple[int, int, int]],
    lots: dict[int, Lot],
    loaded: Loaded,
    redeemed: dict[int, tuple[int, str, datetime]],
    refunds: dict[int, list[Refunded]],
) -> None:
    held: dict[int, list[tuple[Lot, int]]] = {}
    for entry, lot, points in parts:
        held.setdefault(entry, []).append((lots[lot], points))
    for entry, (member, operation, at) in redeemed.items():
        if member in loaded.books:
            loaded.books[member].redeemed[operation] = Taken(entry, at, held.get(entry, []))
    for entry, undoable in refunds.items():
        for refunded in undoable:
            if refunded.taken is not None:
                refunded.taken.parts = held.get(entry, [])


def _load_claims(cursor: Cursor, loaded: Loaded, members: list[int]) -> None:
    cursor.execute(
        f"SELECT {BOUGHT} FROM points_purchase p WHERE p.member_id = ANY(%s::bigint[])"
        " AND p.taken > 0 AND p.lot_id IS NOT NULL ORDER BY p.id",
        (members,),
    )
    for row in cursor.fetchall():
        book = loaded.books.get(row[2])
        if book is not None:
            bought = book.bought.get(row[1])
            if bought is None or bought.id != row[0]:
                bought = book.recent.get(row[0]) or as_bought(row)
                book.bought[f"claim:{bought.id}"] = bought
            book.claims[row[13]] = bought


def _load_moves(
    cursor: Cursor,
    loaded: Loaded,
    since: dict[int, datetime],
    lots: dict[int, Lot],
    owners: dict[int, int],
) -> None:
    """What happened to the lots after a late event, so that it takes what was free all along."""
    late = {
        member
        for member, at in since.items()
        if (latest := loaded.books[member].latest) is not None and at < latest
    }
    touched = [lot for lot, member in owners.items() if member in late]
    if not touched:
        return
    first = min(since[member] for member in late)
    cursor.execute(MOVES, (touched, first, Kind.EXPIRED.value))
    for lot, at, points in cursor.fetchall():
        lots[lot].moves.append((at, points))


def _load_debts(cursor: Cursor, loaded: Loaded) -> None:
    owing = [member for member, book in loaded.books.items() if book.debt]
    if not owing:
        return
    cursor.execute(DEBTS, (owing,))
    for id_, member, points, remaining, at in cursor.fetchall():
        loaded.books[member].debts.append(Debt(id_, points, remaining, at, remaining))
