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
