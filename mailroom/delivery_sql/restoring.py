"""A database that was put back: which mails have left since, and of which nobody knows."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import connection

from mailroom.delivery_sql.tallies import Place, move_tallies
from mailroom.models import Delivery

MARK = """
WITH moved AS (
  SELECT d.id, d.mailing_id, d.state FROM mailroom_delivery d
  JOIN mailroom_mailing m ON m.id = d.mailing_id
  JOIN unnest(%s::bigint[], %s::text[]) AS left_since(member_id, occurrence)
    ON (left_since.member_id, left_since.occurrence) = (d.member_id, d.occurrence)
   WHERE m.key = %s AND d.state IN ('waiting', 'claimed', 'sending') FOR UPDATE OF d
), changed AS (
  UPDATE mailroom_delivery d
     SET state = %s, left_at = %s, sent_at = CASE %s WHEN 'sent' THEN %s::timestamptz END,
         claim = NULL, claimed_at = NULL, try_at = NULL, fault = %s
    FROM moved WHERE d.id = moved.id
)
SELECT mailing_id, state, count(*) FROM moved GROUP BY mailing_id, state
"""
DOUBT = """
WITH moved AS (
  SELECT d.id, d.mailing_id, d.state FROM mailroom_delivery d
  JOIN mailroom_mailing m ON m.id = d.mailing_id
   WHERE m.key <> ALL (%s) AND d.state IN ('waiting', 'claimed', 'sending') FOR UPDATE OF d
), changed AS (
  UPDATE mailroom_delivery d
     SET state = 'unknown', left_at = coalesce(d.left_at, %s), claim = NULL, claimed_at = NULL,
         try_at = NULL, fault = %s
    FROM moved WHERE d.id = moved.id
)
SELECT mailing_id, state, count(*) FROM moved GROUP BY mailing_id, state
"""


def mark_left_since(
    *, key: str, members: list[int], occurrences: list[str], state: str, at: datetime, fault: str
) -> int:
    """Write down of what had not left when the backup was made that it did; returns how many."""
    return _moved(MARK, [members, occurrences, key, state, at, state, at, fault], state)


def doubt_all_but(*, known: list[str], at: datetime, fault: str) -> int:
    """Own up to not knowing what became of mailings nobody told us about; returns how many."""
    return _moved(DOUBT, [known, at, fault], Delivery.State.UNKNOWN)


def _moved(statement: str, values: list[Any], state: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = [(int(mailing), str(before), int(number)) for mailing, before, number in cursor]
    moved: Counter[Place] = Counter()
    for mailing, before, number in found:
        moved[mailing, before, ""] -= number
        moved[mailing, state, ""] += number
    move_tallies(moved)
    return sum(number for _mailing, _before, number in found)
