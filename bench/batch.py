"""
A batch of a million unique codes, beside COPY of the same rows that were made before.

Ours draws every code, digests and seals it, and keeps it; the floor only sends ready rows of
its own to the same table with all its indexes and constraints, over psycopg alone, in as many
transactions. BENCH_SCALE makes both smaller. The last word is the database's: as many digests
as were asked for, none of them twice.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from statistics import median
from uuid import uuid4

from django.db import connection
from harness import ground
from harness.measure import Memory, in_turn, report, say, scaled, stopwatch
from harness.program import NOW

from members.models import User
from rewards.actions.batch_making import CHUNK, make_batch
from rewards.actions.batches import start_batch
from rewards.actions.issuing import Worth
from rewards.batch_sql import rows_of
from rewards.codes import new_codes
from rewards.models import Batch

CODES = 1_000_000
GOAL_SECONDS, GOAL_MB = 90, 400


def main() -> None:
    boss = User.objects.create_user(
        "boss@example.nl", name="Boss", is_staff=True, is_superuser=True
    )
    many = scaled(CODES, least=1_000)

    def started() -> Batch:
        key = uuid4()
        return start_batch(
            name=f"Partner {key}",
            worth=Worth(gives="discount", value=Decimal(5)),
            wanted=many,
            valid_from=NOW,
            expires_at=NOW + timedelta(days=365),
            request_key=key,
            staff_id=boss.pk,
            now=NOW,
        )

    def ours() -> float:
        batch = started()
        with stopwatch() as seconds:
            assert make_batch(batch_id=batch.pk, now=NOW) == many
        return seconds()

    def floor() -> float:
        batch = started()
        ready = list(chunks(batch, many))
        with ground.application() as raw, stopwatch() as seconds:
            for columns, text in ready:
                with raw.cursor().copy(f"COPY rewards_voucher ({columns}) FROM STDIN") as copy:
                    copy.write(text)
                raw.commit()
        return seconds()

    with Memory() as memory:
        alone = ours()
    say(f"{many:,} codes in {alone:.1f} s with {memory.megabytes} MB at most")
    seconds = in_turn(floor=floor, ours=ours)
    took, bare = median([alone, *seconds["ours"]]), median(seconds["floor"])
    kept, different = counted()
    assert kept == different, "two vouchers have the same code"
    say(f"{kept:,} codes are kept and none of them twice")
    report(
        "batch",
        ours=many / took,
        floor=many / bare,
        ratio=bare / took,
        unit="codes/s",
        codes=many,
        seconds=took,
        goal_seconds=GOAL_SECONDS,
        peak_mb=memory.megabytes,
        goal_mb=GOAL_MB,
        collisions=kept - different,
    )


def chunks(batch: Batch, many: int) -> Iterator[tuple[str, str]]:
    for start in range(0, many, CHUNK):
        yield rows_of(batch, new_codes(min(CHUNK, many - start)), now=NOW)


def counted() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT digest) FROM rewards_voucher")
        return cursor.fetchone()


main()
