"""
The past as a replay needs it, out of the database: members in batches, no more than is used.

Only reads, and locks nothing: what is posted meanwhile is after the period.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.utils import CursorWrapper

from members.models import PROGRAM_SOURCE
from points.events import Credit, Debit, Event, Line, Purchase, Refund, Restore
from points.kinds import MEMBER_BITS, Kind
from points.ledger_sql.basket import returned_of
from points.replay_walk import WELCOME, History, Opening, in_time

MEMBERS_A_BATCH = 250
LONGEST_BEFORE = 1_101
"""Days that the window of a tier may be long, and one for the zone."""

MEMBERS = """
SELECT id, joined_at, joined_through, birthday FROM members_member
 WHERE id > %s AND joined_at < %s ORDER BY id LIMIT %s
"""
PURCHASES = """
SELECT id, member_id, placed_at, total, store, channel FROM points_purchase
 WHERE id >= %(first)s AND id < %(end)s AND placed_at >= %(since)s AND placed_at < %(until)s
"""
LINES = """
SELECT l.purchase_id, l.line, l.product, l.department, l.category, l.quantity, l.amount
  FROM points_purchaseline l JOIN points_purchase p ON p.id = l.purchase_id
 WHERE l.purchase_id >= %(first)s AND l.purchase_id < %(end)s
   AND p.placed_at >= %(since)s AND p.placed_at < %(until)s
   AND (lower(l.category) = ANY(%(names)s::text[]) OR lower(l.department) = ANY(%(names)s::text[])
     OR lower(l.product) = ANY(%(names)s::text[]))
 ORDER BY l.purchase_id, l.line
"""
# What the rules give by themselves is left out: earning, expiry, claw-backs and the welcome.
BY_HAND = """
SELECT e.id, e.member_id, e.kind, e.points, e.occurred_at, e.source_id, e.operation,
       e.explanation ->> 'redemption', (e.explanation ->> 'asked')::bigint, l.available_at
  FROM points_entry e LEFT JOIN points_lot l ON l.id = e.id
 WHERE e.id >= %(first)s AND e.id < %(end)s AND e.kind = ANY(%(kinds)s)
   AND e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
   AND NOT (e.source_id = %(program)s AND e.kind = %(bonus)s AND e.operation LIKE %(welcome)s)
"""
KINDS = [
    Kind.BONUS,
    Kind.REDEEMED,
    Kind.RESTORED,
    Kind.ADJUSTED,
    Kind.GIFT_SENT,
    Kind.GIFT_RECEIVED,
]
# A refund that was undone by the end of the period never was.
REFUNDS = """
SELECT r.id, p.member_id, r.purchase_id, p.placed_at, r.refunded_at, r.total, -e.points,
       r.lines
  FROM points_refund r JOIN points_purchase p ON p.id = r.purchase_id
  LEFT JOIN points_entry e ON e.id = r.entry_id
 WHERE r.purchase_id >= %(first)s AND r.purchase_id < %(end)s
   AND r.refunded_at >= %(since)s AND r.refunded_at < %(until)s
   AND (r.voided_at IS NULL OR r.voided_at >= %(until)s)
"""
BEFORE = """
SELECT member_id, count(*) FROM points_purchase
 WHERE id >= %(first)s AND id < %(end)s AND placed_at < %(since)s GROUP BY member_id
"""
DAYS = """
SELECT member_id, (placed_at AT TIME ZONE %(zone)s)::date, sum(status) FROM points_purchase
 WHERE id >= %(first)s AND id < %(end)s AND placed_at >= %(window)s AND placed_at < %(since)s
   AND status > 0
 GROUP BY 1, 2
"""
TIERS = """
SELECT DISTINCT ON (member_id) member_id, tier_id, since FROM members_placement
 WHERE member_id >= %(member)s AND member_id <= %(last)s AND since < %(since)s
 ORDER BY member_id, since DESC, id DESC
"""
# Lots that end in one month are one: up to a dozen for each member, whatever they bought.
LOTS = """
SELECT member_id, sum(left_over), greatest(max(available_at), %(since)s), max(expires_at)
  FROM (SELECT l.member_id, l.available_at, l.expires_at, l.points - coalesce(
                 (SELECT sum(a.points) FROM points_allocation a
                    JOIN points_entry d ON d.id = a.entry_id
                    JOIN points_entry c ON c.id = a.cause_id
                   WHERE a.lot_id = l.id AND d.occurred_at < %(since)s
                     AND c.occurred_at < %(since)s), 0) AS left_over
          FROM points_lot l JOIN points_entry e ON e.id = l.id
         WHERE l.id >= %(first)s AND l.id < %(end)s AND l.expires_at > %(since)s
           AND e.occurred_at < %(since)s) AS o
 WHERE left_over > 0
 GROUP BY member_id, available_at > %(since)s, date_trunc('month', expires_at)
 ORDER BY 1, 4
"""
DEBTS = """
SELECT e.member_id, sum(-e.points - coalesce(
         (SELECT sum(a.points) FROM points_allocation a JOIN points_entry c ON c.id = a.cause_id
           WHERE a.entry_id = e.id AND c.occurred_at < %(since)s), 0))
  FROM points_debt d JOIN points_entry e ON e.id = d.id
 WHERE d.id >= %(first)s AND d.id < %(end)s AND d.at < %(since)s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Period:
    """What to read: from when to when, in which zone, and lines of which things."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    names: tuple[str, ...] = ()


def how_many(period: Period) -> int:
    """Count the members that a replay goes through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member WHERE joined_at < %s", (period.until,))
        (count,) = cursor.fetchone()
    return int(count)


def histories(period: Period) -> Iterator[list[History]]:
    """Read the period, a batch of members at a time, each with all that happened to them."""
    after = 0
    while batch := _members(after, period):
        after = max(batch)
        yield _batch(batch, period)


Joined = tuple[datetime, str, date | None]


def _members(after: int, period: Period) -> dict[int, Joined]:
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, (after, period.until, MEMBERS_A_BATCH))
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def _batch(members: dict[int, Joined], period: Period) -> list[History]:
    values = _values(members, period)
    found = {
        member: History(member, Opening(birthday=joined[2]), [], _welcomed(joined, period))
        for member, joined in members.items()
    }
    with connection.cursor() as cursor:
        for event in (
            *_purchases(cursor, values),
            *_by_hand(cursor, values),
            *_refunds(cursor, values),
        ):
            if event.member in found:
                found[event.member].events.append(event)
        _open(cursor, values, found)
    for history in found.values():
        history.events.sort(key=in_time)
    return list(found.values())


def _values(members: dict[int, Joined], period: Period) -> dict[str, Any]:
    first, last = min(members), max(members)
    return {
        "member": first,
        "last": last,
        "first": first << MEMBER_BITS,
        "end": (last + 1) << MEMBER_BITS,
        "since": period.since,
        "until": period.until,
        "window": period.since - timedelta(days=LONGEST_BEFORE),
        "zone": str(period.zone),
        "names": list(period.names),
        "kinds": [int(kind) for kind in KINDS],
        "program": PROGRAM_SOURCE,
        "bonus": int(Kind.BONUS),
        "welcome": f"{WELCOME}:%",
    }


def _welcomed(joined: Joined, period: Period) -> datetime | None:
    """When a member joined, if the program welcomed them and not an import."""
    joined_at, through, _ = joined
    return joined_at if joined_at >= period.since and through != "import" else None


def _purchases(cursor: CursorWrapper, values: dict[str, Any]) -> list[Purchase]:
    lines = _lines(cursor, values) if values["names"] else {}
    cursor.execute(PURCHASES, values)
    return [
        Purchase(str(id_), member, at, total, tuple(lines.get(id_, ())), store, channel=channel)
        for id_, member, at, total, store, channel in cursor.fetchall()
    ]


def _lines(cursor: CursorWrapper, values: dict[str, Any]) -> dict[int, list[Line]]:
    cursor.execute(LINES, values)
    lines: dict[int, list[Line]] = {}
    for purchase, *line in cursor.fetchall():
        lines.setdefault(purchase, []).append(Line(*line))
    return lines


def _by_hand(cursor: CursorWrapper, values: dict[str, Any]) -> list[Event]:
    cursor.execute(BY_HAND, values)
    rows = cursor.fetchall()
    redeemed = {f"{row[5]}:{row[6]}" for row in rows if row[2] == Kind.REDEEMED}
    return [_event(row, redeemed) for row in rows]


def _event(row: Sequence[Any], redeemed: set[str]) -> Event:
    id_, member, number, points, at, source, operation, redemption, asked, available_at = row
    kind = Kind(number)
    if kind is Kind.RESTORED and f"{source}:{redemption}" in redeemed:
        return Restore(str(id_), member, at, f"{source}:{redemption}", asked)
    if points < 0:
        return Debit(f"{source}:{operation}", member, at, -points, kind)
    # What was redeemed before the period comes back as points of its own.
    kind = Kind.ADJUSTED if kind is Kind.RESTORED else kind
    later = available_at if available_at is not None and available_at > at else None
    return Credit(str(id_), member, at, points, kind, available_at=later)


def _refunds(cursor: CursorWrapper, values: dict[str, Any]) -> list[Event]:
    cursor.execute(REFUNDS, values)
    events: list[Event] = []
    for id_, member, purchase, placed_at, at, total, taken, parts in cursor.fetchall():
        if placed_at >= values["since"]:
            lines = returned_of(parts)
            events.append(Refund(f"r{id_}", member, at, total, str(purchase), lines=lines))
        elif taken:
            # Of a purchase before the period: it took what it took in fact.
            events.append(Debit(f"r{id_}", member, at, taken, Kind.ADJUSTED))
    return events


def _open(cursor: CursorWrapper, values: dict[str, Any], found: dict[int, History]) -> None:
    """Say of each member where they stood when the period began."""
    openings = {member: history.opening for member, history in found.items()}
    for member, count in _rows(cursor, BEFORE, values, openings):
        openings[member].purchases = count
    for member, day, status in _rows(cursor, DAYS, values, openings):
        openings[member].days.append((day, int(status)))
    for member, rank, since in _rows(cursor, TIERS, values, openings):
        openings[member].tier, openings[member].tier_since = rank, since
    for member, points, available_at, expires_at in _rows(cursor, LOTS, values, openings):
        openings[member].lots.append((int(points), available_at, expires_at))
    for member, points in _rows(cursor, DEBTS, values, openings):
        openings[member].debt = int(points)


def _rows(
    cursor: CursorWrapper, statement: str, values: dict[str, Any], wanted: dict[int, Opening]
) -> list[Any]:
    cursor.execute(statement, values)
    return [row for row in cursor.fetchall() if row[0] in wanted]
