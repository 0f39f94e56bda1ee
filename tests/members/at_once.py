"""Many threads that start together, each on its own connection."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from members.refusals import Refusal


def at_once(work, times=2):
    """Run `work(number)` in so many threads; return what each answered, a refusal by its code."""
    start = Barrier(times)

    def run(number):
        start.wait()
        try:
            return work(number)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def wait_for_waiting(many):
    """Return when so many others wait for a lock of ours."""
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= many:
                return
    raise AssertionError("nobody came to wait")
