"""Having a job run now: each wish is one run, and never beside another."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from loyalty_site.actions.job_runs import due_period
from loyalty_site.job_health import jobs_in_hand
from loyalty_site.models import BESIDE, JobRun
from loyalty_site.schedule import Job
from members.actions.entitlement import staff_who_may
from members.models import User
from members.refusals import Refusal

RUN = "loyalty_site.run_job"
WISHES = 7302
"""The advisory locks of who asks for a run: the second number is that of the job's name."""


class JobUnderWay(Refusal):
    code = "job_under_way"


@transaction.atomic
def ask_run(*, job: Job, staff_id: int, request_key: UUID, zone: ZoneInfo, now: datetime) -> JobRun:
    """
    Write down that a job is to run now, and return the row; a worker takes it up by the job's name.

    What is due runs as its own period, and a failed newest period is tried once more, whatever
    its attempts. If nothing is due the newest period is repeated, in a row of its own: the work
    is the same as if the first runner had died. The same request key is the same wish. Refuses
    while the job runs or waits for a worker.
    """
    staff = staff_who_may(staff_id=staff_id, permission=RUN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (WISHES, job.name))
    earlier = JobRun.objects.filter(request_key=request_key).first()
    if earlier is not None:
        return earlier
    if JobRun.objects.waiting().filter(job=job.name).exists():
        raise JobUnderWay(_("Somebody has asked for this already; it waits for a worker."))
    if jobs_in_hand([job.name]):
        raise JobUnderWay(_("This job is running already."))
    return _wished(job, staff, request_key, zone, now)


def _wished(job: Job, staff: User, request_key: UUID, zone: ZoneInfo, now: datetime) -> JobRun:
    period = _scheduled_period(job, zone, now)
    is_extra = period is None
    newest = job.schedule.newest(now, zone).key
    run, is_new = JobRun.objects.get_or_create(
        job=job.name,
        period=period or f"{newest}{BESIDE}{request_key.hex[:12]}",
        defaults={
            "state": JobRun.State.WAITING,
            "attempts": 0,
            "started_at": now,
            "is_extra": is_extra,
        },
    )
    if not is_new:
        run = JobRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        _refuse_what_was_quicker(run)
    run.state, run.finished_at, run.error = JobRun.State.WAITING, None, ""
    run.started_at, run.asked_by, run.request_key = now, staff, request_key
    run.save()
    return run


def _scheduled_period(job: Job, zone: ZoneInfo, now: datetime) -> str | None:
    """The period that is due, or the newest if that failed; None if all is done."""
    due = due_period(job=job, zone=zone, now=now)
    if due is not None:
        return due.key
    newest = JobRun.objects.scheduled().filter(job=job.name).order_by("-period").first()
    return newest.period if newest and newest.state == JobRun.State.FAILED else None


def _refuse_what_was_quicker(run: JobRun) -> None:
    """The scheduled run may have begun, or ended, since we looked; now its row is ours."""
    if run.state == JobRun.State.DONE:
        raise JobUnderWay(_("This job has just run."))
    if run.state == JobRun.State.RUNNING and jobs_in_hand([run.job]):
        raise JobUnderWay(_("This job is running already."))
