"""How often a message to the workers was begun: one that kills its worker must not go on for ever."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import redis
import structlog
from django.core.cache import cache

MOST_STARTS = 5
"""A kill from outside strikes a message now and then; the same one five times is its own doing."""
KEPT = 24 * 3600
KEY = "task-starts"

log = structlog.get_logger("klaver.tasks")


class WorkerLostEachTimeError(Exception):
    """The task was begun as often as is worth trying, and no worker lived to tell."""


@contextmanager
def counted_start(message_id: str | None) -> Iterator[None]:
    """
    Count a start in the cache, where it outlives the worker, and forget it when the work ends.

    Raises instead of beginning once too often. Without a cache nothing is counted.
    """
    if message_id is None:
        yield
        return
    key = f"{KEY}:{message_id}"
    starts = _one_more(key)
    if starts > MOST_STARTS:
        _forget(key)
        raise WorkerLostEachTimeError(f"Begun {MOST_STARTS} times, and the worker died each time")
    try:
        yield
    finally:
        _forget(key)


def _one_more(key: str) -> int:
    try:
        cache.add(key, 0, timeout=KEPT)
        return int(cache.incr(key))
    except (redis.RedisError, ValueError):
        log.warning("a start could not be counted", exc_info=True)
        return 0


def _forget(key: str) -> None:
    with suppress(redis.RedisError):
        cache.delete(key)
