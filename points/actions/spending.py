"""Counting what members spend, so that the best customers can be found."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

LAST_YEAR = timedelta(days=365)
# One count at a time: a second one waits, and counts again.
LOCK = "SELECT pg_advisory_xact_lock(7102, 1)"
COUNT = """
INSERT INTO points_spending AS s (member_id, total, purchases, latest_at, counted_at)
SELECT p.member_id, sum(greatest(p.total - p.refunded, 0)), count(*), max(p.placed_at), %(now)s
  FROM points_purchase p JOIN members_member m ON m.id = p.member_id AND m.status <> 'closed'
 WHERE p.placed_at > %(since)s AND p.placed_at <= %(now)s
 GROUP BY p.member_id HAVING sum(greatest(p.total - p.refunded, 0)) > 0
 ORDER BY p.member_id
    ON CONFLICT (member_id) DO UPDATE SET total = excluded.total, purchases = excluded.purchases,
       latest_at = excluded.latest_at, counted_at = excluded.counted_at
"""
FORGET = "DELETE FROM points_spending WHERE counted_at <> %(now)s"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many members spent something."""

    members: int


@transaction.atomic
def count_spending(*, now: datetime) -> Counted:
    """
    Count anew what each member spent in the year before `now`, less what was refunded.

    Two statements however many there are; the list shows the old figures until it is done.
    """
    values = {"now": now, "since": now - LAST_YEAR}
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(COUNT, values)
        members = cursor.rowcount
        cursor.execute(FORGET, values)
    return Counted(members)
