"""Places for workers that send mailings; the database lets go of one whose worker died."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.utils import CursorWrapper

SENDERS = 7303
AT_ONCE = 2
"""Workers that send mailings at the same time; others are left for all else."""


@contextmanager
def worker_place() -> Iterator[bool]:
    """Hold one of the places, on a connection of its own; tell whether there was one."""
    lock = connections.create_connection("default")
    try:
        with lock.cursor() as cursor:
            place = next((one for one in range(AT_ONCE) if _taken(cursor, one)), None)
            yield place is not None
            if place is not None:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (SENDERS, place))
    finally:
        lock.close()


def _taken(cursor: CursorWrapper, place: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (SENDERS, place))
    (is_ours,) = cursor.fetchone()
    return bool(is_ours)
