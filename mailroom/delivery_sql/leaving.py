"""The last word before mails leave, and what became of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from mailroom.delivery_sql.claims import COMMIT_SOON
from mailroom.delivery_sql.tallies import Place, move_tallies

# Whoever mails these members, or writes down what they agree to, waits for us, and the other way
# round: what the next statement sees is true until we commit.
LOCK_READERS = """
SELECT count(*) FROM (
  SELECT id FROM members_member WHERE id = ANY(%(members)s::bigint[])
   ORDER BY id FOR NO KEY UPDATE
) AS locked
"""
# `state || ''` keeps the planner to the primary key: the small indexes by state are full of rows
# that have gone on.
LET_GO = """
WITH held AS MATERIALIZED (
  SELECT id, member_id, attempts FROM mailroom_delivery
   WHERE id = ANY(%(ids)s::bigint[]) AND claim = %(claim)s AND state || '' = 'claimed'
   ORDER BY id FOR UPDATE
), ours AS MATERIALIZED (
  SELECT d.id, d.member_id, d.attempts, m.email, m.name, m.language, CASE
           WHEN m.status = 'closed' THEN 'closed'
           WHEN m.email IS NULL THEN 'no_address'
           WHEN %(topic)s <> '' AND NOT EXISTS (
             SELECT FROM members_latestconsent c
              WHERE c.member_id = m.id AND c.topic = %(topic)s AND c.channel = 'email' AND c.given
           ) THEN 'no_consent'
           WHEN EXISTS (
             SELECT FROM mailroom_suppression s
              WHERE s.email = m.email AND s.lifted_at IS NULL
                AND (%(topic)s <> '' OR s.cause <> 'spam')
           ) THEN 'suppressed'
           WHEN %(topic)s <> '' AND %(cap)s <= (
             SELECT count(*) FROM mailroom_delivery e JOIN mailroom_mailing g ON g.id = e.mailing_id
              WHERE e.member_id = m.id AND e.left_at > %(capped_since)s
                AND e.state IN ('sending', 'sent', 'unknown') AND g.topic <> ''
           ) + row_number() OVER (PARTITION BY d.member_id ORDER BY d.id) - 1 THEN 'capped'
           ELSE '' END AS reason
    FROM held d JOIN members_member m ON m.id = d.member_id
)
UPDATE mailroom_delivery d
   SET state = CASE ours.reason WHEN '' THEN 'sending' ELSE 'skipped' END,
       reason = ours.reason, claimed_at = %(now)s,
       left_at = CASE ours.reason WHEN '' THEN %(now)s::timestamptz ELSE d.left_at END
  FROM ours WHERE d.id = ours.id
RETURNING ours.id, ours.member_id, ours.attempts, ours.email, ours.name, ours.language, ours.reason
"""
RECORD = """
WITH ours AS MATERIALIZED (
  SELECT told.*, d.state AS old, d.reason AS old_reason
    FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(faults)s::text[],
                %(retries)s::timestamptz[], %(tries)s::smallint[])
           AS told(id, state, fault, try_at, tries)
    JOIN mailroom_delivery d ON d.id = told.id
   WHERE d.claim = %(claim)s AND d.state || '' IN ('sending', 'unknown')
   ORDER BY d.id FOR UPDATE OF d
)
UPDATE mailroom_delivery d
   SET state = ours.state, fault = ours.fault, try_at = ours.try_at,
       attempts = d.attempts + ours.tries,
       reason = CASE ours.state WHEN 'failed' THEN 'refused' ELSE '' END,
       sent_at = CASE ours.state WHEN 'sent' THEN %(now)s::timestamptz END,
       left_at = CASE ours.state WHEN 'waiting' THEN NULL ELSE d.left_at END,
       claim = CASE ours.state WHEN 'unknown' THEN d.claim END,
       claimed_at = CASE ours.state WHEN 'unknown' THEN d.claimed_at END
  FROM ours WHERE d.id = ours.id
RETURNING d.mailing_id, ours.old, ours.old_reason, d.state, d.reason
"""


class Leaving(NamedTuple):
    """A delivery that may leave now, and to whom; or why it may not."""

    id: int
    member_id: int
    attempts: int
    email: str
    name: str
    language: str
    reason: str


class Ending(NamedTuple):
    """What became of a delivery: its state, in which words, and when it is tried again."""

    state: str
    fault: str = ""
    try_at: datetime | None = None
    tries: int = 0


def lock_readers(members: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK_READERS, {"members": list(members)})


def let_go(
    mailing_id: int,
    ids: Sequence[int],
    mark: UUID,
    *,
    topic: str,
    cap: int,
    capped_since: datetime,
    now: datetime,
) -> list[Leaving]:
    """
    Write for each of ours that it leaves, or why it may not; return them all.

    Call it with their readers locked. What is not ours any more is not among them.
    """
    values: dict[str, Any] = {"ids": list(ids), "claim": mark, "topic": topic, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, {**values, "cap": cap, "capped_since": capped_since})
        leaving = sorted(Leaving(*row) for row in cursor.fetchall())
    moved: Counter[Place] = Counter()
    for one in leaving:
        moved[mailing_id, "skipped" if one.reason else "sending", one.reason] += 1
    moved[mailing_id, "claimed", ""] -= len(leaving)
    move_tallies(moved)
    return leaving


def record(endings: Mapping[int, Ending], mark: UUID, *, now: datetime) -> int:
    """Write down what became of ours; return of how many that was still asked."""
    if not endings:
        return 0
    columns = zip(*((key, *ending) for key, ending in endings.items()), strict=True)
    names = ("ids", "states", "faults", "retries", "tries")
    values = {name: list(column) for name, column in zip(names, columns, strict=True)}
    with connection.cursor() as cursor:
        # Lost with the power of the database, nobody knows any more: it stays `sending`.
        cursor.execute(COMMIT_SOON)
        cursor.execute(RECORD, {**values, "claim": mark, "now": now})
        moved = Counter(cursor.fetchall())
    places: Counter[Place] = Counter()
    for (mailing_id, old, old_reason, new, reason), number in moved.items():
        places[mailing_id, old, old_reason] -= number
        places[mailing_id, new, reason] += number
    move_tallies(places)
    return moved.total()
