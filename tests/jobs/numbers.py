"""
Numbers to be done once each, by real workers; loaded by `celery -A tests.jobs.numbers`.

A number is done as the house does things: its row says whether it is, a message is only a
knock, and a job sweeps what was knocked for in vain. Each row of `drill_effect` is an effect.
"""

import os
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from loyalty_site import tasks  # noqa: E402
from loyalty_site.celery import app, task  # noqa: E402
from loyalty_site.schedule import Job, Period  # noqa: E402

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORK = float(os.environ.get("DRILL_WORK", "0.05"))
SLOT = int(os.environ.get("DRILL_SLOT", "60"))
STALE = float(os.environ.get("DRILL_STALE", "2"))
LOST = float(os.environ.get("DRILL_LOST", "3600"))


@dataclass(frozen=True)
class EverySeconds:
    """As the product's `Every`, for those who can't wait a minute."""

    seconds: int
    grace: timedelta = timedelta(minutes=5)

    def newest(self, now, _zone):
        at = EPOCH + (now - EPOCH) // timedelta(seconds=self.seconds) * timedelta(
            seconds=self.seconds
        )
        return Period(f"{at:%Y-%m-%dT%H:%M:%SZ}", at)

    def following(self, _key, newest, _zone):
        return newest

    def named(self, key, _zone):
        return Period(key, datetime.fromisoformat(key))


@task
def do_number(number: int) -> None:
    """Do a number, once; however often it is sent."""
    carry_out(number)


def carry_out(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_start (number) VALUES (%s)", [number])
    time.sleep(WORK)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE drill_number SET done_at = clock_timestamp()"
            " WHERE number = %s AND done_at IS NULL",
            [number],
        )
        if cursor.rowcount:
            cursor.execute("INSERT INTO drill_effect (name) VALUES (%s)", [f"number {number}"])


@task
def poison() -> None:
    """Take the worker's child down, each time."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_start (number) VALUES (-1)")
    os.kill(os.getpid(), signal.SIGKILL)


@task
def fail() -> None:
    raise ValueError("no disk\nDETAIL: sanne@example.nl")


def sweep_numbers(_at, _now):
    """Do what was begun and not ended, and knock again for what was knocked for in vain."""
    begun = rows(
        "SELECT number FROM drill_number WHERE done_at IS NULL AND EXISTS (SELECT FROM drill_start"
        " WHERE drill_start.number = drill_number.number"
        " AND at < clock_timestamp() - make_interval(secs => %s))",
        STALE,
    )
    for number in begun:
        carry_out(number)
    lost = rows(
        "UPDATE drill_number SET sent_at = clock_timestamp() WHERE done_at IS NULL"
        " AND sent_at < clock_timestamp() - make_interval(secs => %s) RETURNING number",
        LOST,
    )
    for number in lost:
        do_number.delay(number)
    return {"found": len(begun) + len(lost)}


def rows(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [number for (number,) in cursor.fetchall()]


def write_period(at, _now):
    """Leave one effect for the period; the row in the same transaction makes it once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO drill_period VALUES (%s, clock_timestamp()) ON CONFLICT DO NOTHING",
            [f"{at:%H:%M:%S}"],
        )
        if cursor.rowcount:
            cursor.execute("INSERT INTO drill_effect (name) VALUES (%s)", [f"period {at}"])
    time.sleep(WORK)
    return {"found": 1}


JOBS = (
    Job("sweep_numbers", "Sweep", EverySeconds(SLOT), sweep_numbers),
    Job("write_period", "Write", EverySeconds(SLOT), write_period),
)
tasks.JOBS = JOBS
tasks.job_named = lambda name: next(job for job in JOBS if job.name == name)
if "DRILL_BEAT" in os.environ:
    app.conf.beat_schedule["tick"]["schedule"] = float(os.environ["DRILL_BEAT"])
    app.conf.beat_max_loop_interval = 1
