"""How many deliveries stand where: moved by whoever moves deliveries, in the same transaction."""

from collections import Counter

from django.db import connection

Place = tuple[int, str, str]
"""A mailing, a state, a reason."""
MOVE = """
INSERT INTO mailroom_tally (mailing_id, state, reason, count)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS moved
 ORDER BY 1, 2, 3
    ON CONFLICT (mailing_id, state, reason)
    DO UPDATE SET count = mailroom_tally.count + EXCLUDED.count
"""


def move_tallies(moved: Counter[Place]) -> None:
    """
    Add these numbers, which may be negative; the last thing a transaction does.

    Always in the same order, so that two that move the same tallies never wait for each other.
    """
    rows = sorted((*place, number) for place, number in moved.items() if number)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [list(column) for column in zip(*rows, strict=True)])


def move_one(mailing_id: int, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Move one delivery's tally from a state and reason to another."""
    moved: Counter[Place] = Counter()
    moved[mailing_id, *old] -= 1
    moved[mailing_id, *new] += 1
    move_tallies(moved)
