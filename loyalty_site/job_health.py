"""How each job is doing: its last run, and whether the next one keeps us waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from loyalty_site.models import JobRun
from loyalty_site.schedule import Job

RUNNERS = 7301
"""The advisory locks of who runs a job: the first of two numbers, the second is the name's."""


@dataclass(frozen=True, slots=True)
class JobHealth:
    """A job, its run for the latest period if it ever ran, and whether it is late."""

    job: Job
    last: JobRun | None
    is_late: bool


def job_health(*, jobs: Sequence[Job], zone: ZoneInfo, now: datetime) -> list[JobHealth]:
    """
    Look at every job, in two queries.

    A job is late when a period whose time came longer ago than the grace is not done;
    a job that never ran is late too, for then nobody runs jobs here.
    """
    runs = {run.job: run for run in JobRun.objects.scheduled().newest_of_each()}
    done = {run.job: run.period for run in JobRun.objects.scheduled().done().newest_of_each()}
    return [
        JobHealth(job, runs.get(job.name), done.get(job.name, "") < _expected(job, zone, now))
        for job in jobs
    ]


def jobs_in_hand(names: Sequence[str]) -> set[str]:
    """Return the jobs that somebody runs at this very moment: the database knows who lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name JOIN pg_locks ON locktype = 'advisory'"
            " AND classid = %s AND objid = (hashtext(name)::bigint & 4294967295)::oid"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            (list(names), RUNNERS),
        )
        return {name for (name,) in cursor.fetchall()}


def latest_runs(*, names: Sequence[str], most: int) -> dict[str, list[JobRun]]:
    """Return the last runs of each job, the latest first, in one query that reads no others."""
    rows = JobRun.objects.raw(
        "SELECT latest.* FROM unnest(%s::text[]) AS name CROSS JOIN LATERAL ("
        " SELECT * FROM loyalty_site_jobrun WHERE job = name"
        " ORDER BY started_at DESC, id DESC LIMIT %s) AS latest",
        [list(names), most],
    )
    found: dict[str, list[JobRun]] = {name: [] for name in names}
    for run in rows:
        found[run.job].append(run)
    return found


def _expected(job: Job, zone: ZoneInfo, now: datetime) -> str:
    return job.schedule.newest(now - job.schedule.grace, zone).key
