"""Every member's figures at the end of a local day, true whether or not the nightly job ran."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from points.kinds import MEMBER_BITS, Kind

COLUMNS = (
    "member",
    "as_of",
    "earned",
    "bonus",
    "redeemed",
    "restored",
    "clawed_back",
    "expired",
    "adjusted",
    "gifted",
    "balance",
    "pending",
    "debt",
)
FIGURES = COLUMNS[2:]
BALANCES = """
WITH counted AS (
  SELECT id, member_id, kind, points FROM points_entry
   WHERE occurred_at < %(until)s AND recorded_at <= %(known)s AND {whose}
), entries AS (
  SELECT member_id,
         coalesce(sum(points) FILTER (WHERE kind = %(earned)s), 0) AS earned,
         coalesce(sum(points) FILTER (WHERE kind = %(bonus)s), 0) AS bonus,
         -coalesce(sum(points) FILTER (WHERE kind = %(redeemed)s), 0) AS redeemed,
         coalesce(sum(points) FILTER (WHERE kind = %(restored)s), 0) AS restored,
         -coalesce(sum(points) FILTER (WHERE kind IN (%(clawed_back)s, %(voided)s)), 0)
           AS clawed_back,
         -coalesce(sum(points) FILTER (WHERE kind = %(expired)s), 0) AS expired,
         coalesce(sum(points) FILTER (WHERE kind = %(adjusted)s), 0) AS adjusted,
         coalesce(sum(points) FILTER (WHERE kind IN (%(sent)s, %(received)s)), 0) AS gifted,
         sum(points) AS balance
    FROM counted GROUP BY member_id
), allocated AS (
  SELECT a.lot_id, a.entry_id, a.points FROM points_allocation a
    JOIN points_entry e ON e.id = a.entry_id
     AND e.occurred_at < %(until)s AND e.recorded_at <= %(known)s
    JOIN points_entry c ON c.id = a.cause_id
     AND c.occurred_at < %(until)s AND c.recorded_at <= %(known)s
   WHERE {whose_allocations}
), taken AS (
  SELECT lot_id, sum(points) AS points FROM allocated WHERE lot_id IS NOT NULL GROUP BY lot_id
), lots AS (
  SELECT l.member_id,
         coalesce(sum(l.points - coalesce(t.points, 0)) FILTER (WHERE l.expires_at < %(until)s), 0)
           AS due,
         coalesce(sum(l.points - coalesce(t.points, 0))
           FILTER (WHERE l.available_at >= %(until)s), 0) AS pending
    FROM points_lot l JOIN counted c ON c.id = l.id LEFT JOIN taken t ON t.lot_id = l.id
   WHERE l.expires_at < %(until)s OR l.available_at >= %(until)s
   GROUP BY l.member_id
), settled AS (
  SELECT entry_id, sum(points) AS points FROM allocated WHERE points > 0 GROUP BY entry_id
), debts AS (
  SELECT c.member_id, sum(-c.points - coalesce(s.points, 0)) AS debt
    FROM points_debt d JOIN counted c ON c.id = d.id LEFT JOIN settled s ON s.entry_id = d.id
   GROUP BY c.member_id
)
SELECT n.number, coalesce(e.earned, 0), coalesce(e.bonus, 0), coalesce(e.redeemed, 0),
       coalesce(e.restored, 0), coalesce(e.clawed_back, 0),
       coalesce(e.expired, 0) + coalesce(l.due, 0), coalesce(e.adjusted, 0),
       coalesce(e.gifted, 0), coalesce(e.balance, 0) - coalesce(l.due, 0),
       coalesce(l.pending, 0), coalesce(d.debt, 0)
  FROM numbers n
  LEFT JOIN entries e USING (member_id)
  LEFT JOIN lots l USING (member_id)
  LEFT JOIN debts d USING (member_id)
 ORDER BY n.member_id
"""
EVERYBODY = {"whose": "true", "whose_allocations": "true"}
# The ids of a member's lines begin with the member's: a range of them is all that is read.
ONE = {
    "whose": "id >= %(first)s AND id < %(last)s",
    "whose_allocations": "a.entry_id >= %(first)s AND a.entry_id < %(last)s",
}
BY_CARD = """
, numbers AS (
  SELECT DISTINCT ON (member_id) member_id, number FROM members_card
   ORDER BY member_id, blocked_at IS NOT NULL, id
)"""
BY_SOURCE = """
, numbers AS (
  SELECT member_id, min(key) AS number FROM members_externalid WHERE source_id = %(source)s
   GROUP BY member_id
)"""
OF_ONE = """
, numbers AS (SELECT %(member)s::bigint AS member_id, '' AS number)"""
KINDS: dict[str, Any] = {
    "earned": Kind.EARNED.value,
    "bonus": Kind.BONUS.value,
    "clawed_back": Kind.CLAWED_BACK.value,
    "redeemed": Kind.REDEEMED.value,
    "restored": Kind.RESTORED.value,
    "expired": Kind.EXPIRED.value,
    "adjusted": Kind.ADJUSTED.value,
    "sent": Kind.GIFT_SENT.value,
    "received": Kind.GIFT_RECEIVED.value,
    "voided": Kind.REFUND_VOIDED.value,
}


def balances(
    *, until: datetime, known_at: datetime, source_id: int | None = None
) -> Iterator[tuple[Any, ...]]:
    """
    Yield (number, earned, bonus, ..., debt) of every member, in points.

    Counts what occurred before `until`, the midnight that ends the day, and was recorded by
    `known_at`. Lots that ended before `until` have expired even where no entry says so yet.
    The number is a card's, or with a source the member's number there.
    """
    numbers = BY_CARD if source_id is None else BY_SOURCE
    parameters = KINDS | {"until": until, "known": known_at, "source": source_id}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_statement(numbers, EVERYBODY), parameters)
        while rows := cursor.fetchmany(2_000):
            yield from rows


def balance_of(*, member_id: int, until: datetime, known_at: datetime) -> dict[str, int]:
    """Return the figures of one member, by column, reading that member's lines alone."""
    parameters = KINDS | {
        "until": until,
        "known": known_at,
        "member": member_id,
        "first": member_id << MEMBER_BITS,
        "last": (member_id + 1) << MEMBER_BITS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(OF_ONE, ONE), parameters)
        _number, *figures = cursor.fetchone()
    return dict(zip(FIGURES, map(int, figures), strict=True))


def _statement(numbers: str, whose: dict[str, str]) -> str:
    head, tail = BALANCES.format(**whose).rsplit("\nSELECT n.number", 1)
    return f"{head}{numbers}\nSELECT n.number{tail}"
