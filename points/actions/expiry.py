"""Writing what has expired; that it has expired follows from time, not from this."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from members.models import PROGRAM_SOURCE
from points.book_rows import Stamp
from points.ledger_sql.load import load_due_books
from points.ledger_sql.write import write_books

LOTS_A_BATCH = 5_000


@dataclass(slots=True)
class Expired:
    """What a run wrote."""

    members: int = 0
    lots: int = 0
    points: int = 0


def expire_points(
    *,
    until: datetime,
    now: datetime,
    progress: Callable[[Expired], None] = lambda _: None,
) -> Expired:
    """
    Write the expiry of every lot that ended by `until`, each dated at its own midnight.

    Its cost grows with what is due, not with what exists. A run that was cut off is finished
    by the next; a lot expires once, whoever runs it and however often.
    """
    total = Expired()
    while members := _members_due(until):
        done = _expire_members(members, until, now)
        total.members += done.members
        total.lots += done.lots
        total.points += done.points
        progress(total)
    return total


def _members_due(until: datetime) -> list[int]:
    """Members of the lots that have been due longest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT member_id FROM (SELECT member_id FROM points_lot"
            " WHERE remaining > 0 AND expires_at <= %s ORDER BY expires_at LIMIT %s) AS due"
            " ORDER BY member_id",
            (until, LOTS_A_BATCH),
        )
        return [member for (member,) in cursor.fetchall()]


@transaction.atomic
def _expire_members(members: list[int], until: datetime, now: datetime) -> Expired:
    stamp = Stamp(now, PROGRAM_SOURCE, "program")
    books = load_due_books(members, until, stamp)
    done = Expired()
    for book in books:
        done.points += book.expire(until)
        done.lots += len(book.entries)
    changed = [book for book in books if book.entries]
    done.members = len(changed)
    if changed:
        write_books(changed, stamp)
    return done
