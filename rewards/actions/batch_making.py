"""Making the codes of a batch, a chunk at a time, by whichever worker is there."""

from datetime import datetime, timedelta
from time import monotonic

from django.db import IntegrityError, transaction

from rewards.batch_sql import copy_vouchers
from rewards.codes import new_codes
from rewards.models import Batch

CHUNK = 10_000
MOST_TRIES = 3
"""Of a chunk in which a code turned out to exist: by chance that never happens twice."""


def make_batch(*, batch_id: int, now: datetime) -> int:
    """
    Make what a batch still lacks and return how many that was.

    Each chunk is a transaction of its own that holds the batch and counts what it made: a worker
    that is killed leaves whole chunks behind, and two workers make no code too many.
    """
    began, made = monotonic(), 0
    while True:
        at = now + timedelta(seconds=monotonic() - began)
        chunk = _make_chunk_anew(batch_id, at, is_first=made == 0)
        if not chunk:
            return made
        made += chunk


def resume_batches(*, now: datetime) -> int:
    """Go on with batches that no worker has begun, or whose worker fell silent; count the codes."""
    open_ones = Batch.objects.unfinished().order_by("pk")
    lost = [batch.pk for batch in open_ones if batch.is_silent(now)]
    return sum(make_batch(batch_id=number, now=now) for number in lost)


def _make_chunk_anew(batch_id: int, now: datetime, *, is_first: bool) -> int:
    """Make a chunk; if the database knows one of its codes already, make all of them again."""
    for _ in range(MOST_TRIES - 1):
        try:
            return _make_chunk(batch_id, now, is_first=is_first)
        except IntegrityError:
            continue
    return _make_chunk(batch_id, now, is_first=is_first)


@transaction.atomic
def _make_chunk(batch_id: int, now: datetime, *, is_first: bool) -> int:
    batch = Batch.objects.lock(batch_id)
    if not batch.is_making:
        return 0
    count = min(CHUNK, batch.wanted - batch.made)
    if is_first:
        batch.started_at, batch.began_with = now, batch.made
    copy_vouchers(batch, new_codes(count), now=now)
    batch.made += count
    batch.heard_at = now
    if batch.made == batch.wanted:
        batch.state, batch.ready_at = Batch.State.READY, now
    batch.save(update_fields=["started_at", "began_with", "made", "heard_at", "state", "ready_at"])
    return count
