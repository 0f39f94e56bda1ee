"""The jobs as Celery sees them."""

from celery.signals import heartbeat_sent, worker_ready
from django.utils import timezone

from loyalty_site.actions.failed_tasks import unheard_of
from loyalty_site.actions.job_runs import due_period, run_due
from loyalty_site.celery import app, task
from loyalty_site.jobs import JOBS, job_named
from loyalty_site.models import FailedTask
from loyalty_site.worker_pulse import feel_pulse
from points.program_cache import program_zone


@task
def tick() -> None:
    """
    Send off every job that the database says is due; beat only knocks once a minute.

    What was to be tried again and got lost is sent once more.
    """
    zone, now = program_zone(), timezone.now()
    for job in JOBS:
        if due_period(job=job, zone=zone, now=now) is not None:
            run_job.delay(job.name)
    for failed in unheard_of(now=now):
        send_again(failed)


@task
def run_job(name: str) -> None:
    """Run a job's oldest due period, then knock again for the next."""
    run = run_due(job=job_named(name), zone=program_zone(), now=timezone.now())
    if run is not None:
        run_job.delay(name)


def send_again(failed: FailedTask) -> None:
    """Send the message of a failed task once more, under a new number."""
    about = failed.arguments
    app.send_task(failed.task, args=about.get("args", []), kwargs=about.get("kwargs", {}))


def knock_at_start(**_: object) -> None:
    tick.delay()


def show_life(**_: object) -> None:
    feel_pulse(timezone.now())


worker_ready.connect(knock_at_start)
heartbeat_sent.connect(show_life)
