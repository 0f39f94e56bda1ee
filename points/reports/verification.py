"""Proving the ledger: every fingerprint, every sum, every rule that the figures must obey."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from json.encoder import encode_basestring as quoted
from typing import Any

from django.db import connection, transaction

from points.book import entry_hash
from points.book_rows import canonical
from points.kinds import Kind

ENTRIES = """
SELECT id, member_id, sequence, kind, points, occurred_at, recorded_at, source_id, operation,
       actor, explanation, hash
  FROM points_entry ORDER BY id
"""
ACCOUNTS = "SELECT member_id, balance, sequence, head FROM points_account ORDER BY member_id"
CHECKS = {
    "lot {}: what remains is not what it got less what was taken": """
        SELECT l.id FROM points_lot l LEFT JOIN points_allocation a ON a.lot_id = l.id
         GROUP BY l.id HAVING l.remaining <> l.points - coalesce(sum(a.points), 0)
    """,
    "lot {}: its credit says other points": """
        SELECT l.id FROM points_lot l JOIN points_entry e ON e.id = l.id
         WHERE e.points <> l.points OR e.member_id <> l.member_id
    """,
    "lot {}: more or less has expired than its entries say": f"""
        SELECT l.id FROM points_lot l
          LEFT JOIN (SELECT a.lot_id, sum(a.points) AS points FROM points_allocation a
            JOIN points_entry e ON e.id = a.entry_id AND e.kind = {Kind.EXPIRED:d}
           GROUP BY a.lot_id) x ON x.lot_id = l.id
         WHERE l.expired <> coalesce(x.points, 0)
    """,
    "entry {}: expired before its lot ended": f"""
        SELECT e.id FROM points_entry e JOIN points_allocation a ON a.entry_id = e.id
          JOIN points_lot l ON l.id = a.lot_id
         WHERE e.kind = {Kind.EXPIRED:d} AND e.occurred_at < l.expires_at
    """,
    "entry {}: spent points that were still pending": f"""
        SELECT e.id FROM points_entry e JOIN points_allocation a ON a.entry_id = e.id
          JOIN points_lot l ON l.id = a.lot_id
         WHERE e.kind IN ({Kind.REDEEMED:d}, {Kind.ADJUSTED:d}, {Kind.GIFT_SENT:d})
           AND e.occurred_at < l.available_at
    """,
    "entry {}: took more out of lots than it is worth, or gave back more than it took": """
        SELECT e.id FROM points_entry e JOIN points_allocation a ON a.entry_id = e.id
         WHERE e.points < 0 GROUP BY e.id
        HAVING sum(a.points) > -e.points OR sum(a.points) < 0
    """,
    "debt {}: what remains is not what it was less what was paid": """
        SELECT d.id FROM points_debt d JOIN points_entry e ON e.id = d.id
          LEFT JOIN points_allocation a ON a.entry_id = d.id AND a.points > 0
         GROUP BY d.id, e.points
        HAVING d.remaining <> -e.points - coalesce(sum(a.points), 0)
    """,
    "account {}: balance is not what lots hold less debt": """
        SELECT a.member_id FROM points_account a
          LEFT JOIN (SELECT member_id, sum(remaining) AS held FROM points_lot GROUP BY member_id) l
            ON l.member_id = a.member_id
         WHERE a.balance <> coalesce(l.held, 0) - a.debt
    """,
    "account {}: debt is not the sum of its debts": """
        SELECT a.member_id FROM points_account a
          LEFT JOIN (SELECT member_id, sum(remaining) AS owed FROM points_debt GROUP BY member_id) d
            ON d.member_id = a.member_id
         WHERE a.debt <> coalesce(d.owed, 0)
    """,
    "account {}: tier is not the last one it was placed in": """
        SELECT a.member_id FROM points_account a
          LEFT JOIN LATERAL (SELECT tier_id FROM members_placement p
            WHERE p.member_id = a.member_id ORDER BY since DESC, id DESC LIMIT 1) p ON true
         WHERE a.tier_id <> coalesce(p.tier_id, 0)
    """,
    "purchase {}: its status points or what was taken back do not fit its refunds": """
        SELECT p.id FROM points_purchase p
          LEFT JOIN (SELECT purchase_id, sum(total) FILTER (WHERE voided_by IS NULL) AS total
                       FROM points_refund GROUP BY purchase_id) r ON r.purchase_id = p.id
         WHERE p.refunded <> coalesce(r.total, 0)
    """,
}


@dataclass(slots=True)
class Verification:
    """What was looked at, and each violation in words that name the row."""

    entries: int = 0
    accounts: int = 0
    points: int = 0
    violations: list[str] = field(default_factory=list)


def verify_ledger(*, progress: Callable[[int], None] = lambda _: None) -> Verification:
    """
    Check the hash chain, the sums and every invariant of the ledger, as of one moment.

    Reads everything in one snapshot, so that postings meanwhile do not look like faults.
    """
    found = Verification()
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _verify_chains(found, progress)
        for sentence, query in CHECKS.items():
            with connection.cursor() as cursor:
                cursor.execute(query)
                found.violations += [sentence.format(row[0]) for row in cursor.fetchall()]
    return found


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(5_000):
            yield from rows


def _verify_chains(found: Verification, progress: Callable[[int], None]) -> None:
    accounts = _rows(ACCOUNTS)
    account = next(accounts, None)
    chain = Chain()
    for row in _rows(ENTRIES):
        while account is not None and account[0] < row[1]:
            chain.close(account, found)
            account = next(accounts, None)
            chain = Chain()
        chain.add(row, found)
        if found.entries % 10_000 == 0:
            progress(found.entries)
    while account is not None:
        chain.close(account, found)
        account = next(accounts, None)
        chain = Chain()


@dataclass(slots=True)
class Chain:
    """One member's entries so far."""

    sequence: int = 0
    balance: int = 0
    head: bytes = b""

    def add(self, row: tuple[Any, ...], found: Verification) -> None:
        id_, member, sequence, _, points, *_rest, stored = row
        name = f"entry {id_} (member {member}, number {sequence})"
        if sequence != self.sequence + 1:
            found.violations.append(f"{name}: {self.sequence + 1} was expected here")
        if entry_hash(self.head, content(row)) != bytes(stored):
            found.violations.append(f"{name}: its content does not match its fingerprint")
        self.sequence, self.head = sequence, bytes(stored)
        self.balance += points
        found.entries += 1
        found.points += points

    def close(self, account: tuple[Any, ...], found: Verification) -> None:
        member, balance, sequence, head = account
        found.accounts += 1
        if balance != self.balance:
            found.violations.append(
                f"account {member}: balance {balance} is not the sum of its entries {self.balance}"
            )
        if sequence != self.sequence or bytes(head) != self.head:
            found.violations.append(
                f"account {member}: its last entry should be number {sequence}, found {self.sequence}"
            )


def content(row: tuple[Any, ...]) -> str:
    """Return the canonical form of an entry as its fingerprint covers it."""
    _, member, sequence, kind, points, occurred, recorded, source, operation, actor, why, _ = row
    return (
        f'{{"actor":{quoted(actor)},"explanation":{canonical(json.loads(why))},"kind":{kind},'
        f'"member":{member},"occurred_at":"{occurred.astimezone(UTC).isoformat()}",'
        f'"operation":{quoted(operation)},"points":{points},'
        f'"recorded_at":"{recorded.astimezone(UTC).isoformat()}","sequence":{sequence},'
        f'"source":{source}}}'
    )
