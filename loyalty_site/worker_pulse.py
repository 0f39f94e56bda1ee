"""The workers' sign of life, in the cache."""

from datetime import datetime, timedelta

from django.core.cache import cache

KEY = "worker-pulse"
REFRESHED = timedelta(seconds=10)
DEAD_AFTER = timedelta(seconds=60)


def feel_pulse(now: datetime) -> None:
    """Say that a worker lives; not more often than is useful."""
    last = last_pulse()
    if last is None or now - last >= REFRESHED:
        cache.set(KEY, now, timeout=DEAD_AFTER.total_seconds())


def last_pulse() -> datetime | None:
    """When a worker last showed that it lives; None if not within the last minute."""
    pulse: datetime | None = cache.get(KEY)
    return pulse
