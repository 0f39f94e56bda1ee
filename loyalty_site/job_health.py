"""How each job is doing: its last run, and whether the next one keeps us waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty_site.models import JobRun
from loyalty_site.schedule import Job


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
    runs = {run.job: run for run in JobRun.objects.newest_of_each()}
    done = {run.job: run.period for run in JobRun.objects.done().newest_of_each()}
    return [
        JobHealth(job, runs.get(job.name), done.get(job.name, "") < _expected(job, zone, now))
        for job in jobs
    ]


def _expected(job: Job, zone: ZoneInfo, now: datetime) -> str:
    return job.schedule.newest(now - job.schedule.grace, zone).key
