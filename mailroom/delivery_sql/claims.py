"""Taking deliveries up, giving them back, and what is done for those whose worker died."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from mailroom.delivery_sql.tallies import Place, move_tallies

CLAIM = """
WITH free AS (
  SELECT id FROM mailroom_delivery
   WHERE mailing_id = %(mailing)s AND state = 'waiting' AND id > %(after)s
     AND (try_at IS NULL OR try_at <= %(now)s)
   ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE mailroom_delivery d SET state = 'claimed', claim = %(claim)s, claimed_at = %(now)s
  FROM free WHERE d.id = free.id RETURNING d.id, d.member_id
"""
GIVE_BACK = """
WITH ours AS (
  SELECT id FROM mailroom_delivery
   WHERE id = ANY(%(ids)s::bigint[]) AND claim = %(claim)s AND state || '' = 'claimed'
   ORDER BY id FOR UPDATE
)
UPDATE mailroom_delivery d SET state = 'waiting', claim = NULL, claimed_at = NULL
  FROM ours WHERE d.id = ours.id RETURNING d.mailing_id
"""
# What was claimed has not left; what was about to leave may have. Its claim stays, so that a
# worker that was only slow can still say how it ended.
SWEEP = """
WITH lost AS (
  SELECT id, state FROM mailroom_delivery
   WHERE state IN ('claimed', 'sending') AND claimed_at < %(before)s
   ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE mailroom_delivery d
   SET state = CASE lost.state WHEN 'claimed' THEN 'waiting' ELSE 'unknown' END,
       claim = CASE lost.state WHEN 'claimed' THEN NULL ELSE d.claim END,
       claimed_at = CASE lost.state WHEN 'claimed' THEN NULL ELSE d.claimed_at END
  FROM lost WHERE d.id = lost.id RETURNING d.mailing_id, lost.state, d.state
"""


COMMIT_SOON = "SET LOCAL synchronous_commit TO off"
"""Where a commit that is lost leaves what is true, nobody waits until it stands on the disk."""


class Claimed(NamedTuple):
    """A delivery that is ours."""

    id: int
    member_id: int


def claim(mailing_id: int, mark: UUID, *, after: int, most: int, now: datetime) -> list[Claimed]:
    """Take up what waits, in order from `after`; nobody waits for anybody."""
    values: dict[str, Any] = {"mailing": mailing_id, "claim": mark, "now": now}
    with connection.cursor() as cursor:
        # Lost with the power of the database, these wait again, as they should.
        cursor.execute(COMMIT_SOON)
        cursor.execute(CLAIM, {**values, "after": after, "most": most})
        claimed = sorted(Claimed(*row) for row in cursor.fetchall())
    _move(Counter({(mailing_id, "waiting", "claimed"): len(claimed)}))
    return claimed


def give_back(ids: Sequence[int], mark: UUID) -> int:
    """Let those of ours wait again that have not begun to leave; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"ids": list(ids), "claim": mark})
        moved = Counter((mailing_id, "claimed", "waiting") for (mailing_id,) in cursor.fetchall())
    _move(moved)
    return moved.total()


def sweep(*, now: datetime, surely_over: timedelta, most: int) -> Counter[str]:
    """Settle what dead workers left behind, up to so many; return how many now stand where."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {"before": now - surely_over, "most": most})
        moved = Counter(cursor.fetchall())
    _move(moved)
    swept: Counter[str] = Counter()
    for (_mailing, _old, new), number in moved.items():
        swept[new] += number
    return swept


def _move(moved: Counter[tuple[int, str, str]]) -> None:
    """Move tallies between states that need no reason."""
    places: Counter[Place] = Counter()
    for (mailing_id, old, new), number in moved.items():
        places[mailing_id, old, ""] -= number
        places[mailing_id, new, ""] += number
    move_tallies(places)
