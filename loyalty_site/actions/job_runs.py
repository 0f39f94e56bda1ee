"""Running what is due: each job once for each period, whoever asks and however often."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from django.db import connection, connections, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from loyalty_site.job_health import RUNNERS
from loyalty_site.models import JobRun
from loyalty_site.schedule import Figures, Job, Period

LONGEST_ERROR = 500

log = structlog.get_logger("klaver.jobs")


def due_period(*, job: Job, zone: ZoneInfo, now: datetime) -> Period | None:
    """
    Return the oldest period of a job that is still to be done, or None.

    What staff asked for comes first. Periods settle in order, so an older one never runs after a younger. Where nothing was
    ever done, nothing was missed: then the newest period is the first.
    """
    runs = JobRun.objects.filter(job=job.name)
    asked = runs.waiting().first()
    if asked is not None:
        return Period(asked.period, job.schedule.named(asked.scheduled_period, zone).at)
    newest = job.schedule.newest(now, zone)
    runs = runs.scheduled()
    settled = runs.settled(job.attempts).aggregate(last=Max("period"))["last"]
    if settled is not None and settled >= newest.key:
        return None
    period = job.schedule.following(settled, newest, zone) if settled else newest
    earlier = runs.filter(period=period.key).first()
    return None if earlier is not None and earlier.waits(now) else period


def run_due(*, job: Job, zone: ZoneInfo, now: datetime) -> JobRun | None:
    """
    Run the oldest due period of a job, and return its row; None if there is nothing to do.

    Nobody else can run this job meanwhile. The claim is committed before the work begins and
    the work has its own transactions. What it raises is recorded, and tried again later; a
    run whose runner died is taken over.
    """
    with only_runner(job.name) as alone:
        period = due_period(job=job, zone=zone, now=now) if alone else None
        claimed = _claim(job, period, now) if period else None
        if period is None or claimed is None:
            return None
        return _carry_out(claimed, job, period, now)


@contextmanager
def only_runner(name: str) -> Iterator[bool]:
    """
    Hold the job's lock, if nobody has it, on a connection of its own.

    The database lets go of it when the runner dies, in whatever way: it is the proof of life.
    """
    lock = connections.create_connection("default")
    try:
        with lock.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (RUNNERS, name))
            (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                with lock.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", (RUNNERS, name))
    finally:
        lock.close()


@transaction.atomic
def _claim(job: Job, period: Period, now: datetime) -> JobRun | None:
    """Make the row ours. We hold the job's lock, so a run that still runs has lost its runner."""
    dead = JobRun.objects.running().filter(job=job.name).exclude(period=period.key)
    dead.update(**_ended(_Result(JobRun.State.FAILED, {}, _("The runner died.")), now))
    run, is_new = JobRun.objects.get_or_create(
        job=job.name,
        period=period.key,
        defaults={"state": JobRun.State.RUNNING, "started_at": now},
    )
    if is_new:
        return run
    run = JobRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != JobRun.State.WAITING and not _is_worth_another(run, job, now):
        return None
    run.state, run.attempts = JobRun.State.RUNNING, run.attempts + 1
    run.started_at, run.finished_at, run.error = now, None, ""
    run.save()
    return run


def _is_worth_another(run: JobRun, job: Job, now: datetime) -> bool:
    """Tell whether to try a run again; one that lost its last runner is given up."""
    if run.is_settled(job.attempts):
        return False
    if run.attempts >= job.attempts:
        _finish(run, _Result(JobRun.State.FAILED, {}, _("The runner died.")), now)
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Result:
    state: JobRun.State
    done: Figures
    error: str = ""


def _carry_out(run: JobRun, job: Job, period: Period, now: datetime) -> JobRun:
    began = monotonic()
    try:
        result = _Result(JobRun.State.DONE, job.work(period.at, now))
    except Exception as error:  # Whatever it was: it is recorded, shown and tried again.
        log.exception("job failed", job=job.name, period=period.key, attempt=run.attempts)
        if connection.errors_occurred and not connection.is_usable():
            connection.close()
        result = _Result(JobRun.State.FAILED, {}, _in_words(error))
    return _finish(run, result, now + timedelta(seconds=monotonic() - began))


def _finish(run: JobRun, result: _Result, finished_at: datetime) -> JobRun:
    # Only if it is still our attempt: a runner that was taken for dead has lost its say.
    JobRun.objects.running().filter(pk=run.pk, attempts=run.attempts).update(
        **_ended(result, finished_at)
    )
    run.refresh_from_db()
    return run


def _ended(result: _Result, finished_at: datetime) -> dict[str, object]:
    return {
        "state": result.state,
        "done": result.done,
        "error": result.error,
        "finished_at": finished_at,
    }


def _in_words(error: Exception) -> str:
    """The first line alone: what follows may quote the row, and with it a person."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:LONGEST_ERROR]
