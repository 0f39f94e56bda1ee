"""Removing what nobody needs any more."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from loyalty_site.models import FailedTask, JobRun

RUNS_KEPT = timedelta(days=400)
FREQUENT_RUNS_KEPT = timedelta(days=14)
A_SLOT = "T"
"""Stands in the period of a job that runs by the minute, and in no day's."""
# Shorter than any idle time that a session may have.
UNUSED_FOR = timedelta(days=1)


@transaction.atomic
def remove_expired(*, now: datetime) -> dict[str, int]:
    """Remove sessions that have ended and job runs and settled failures of more than a year ago."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    logins, _ = (
        UserSession.objects.filter(last_seen_at__lt=now - UNUSED_FOR)
        .exclude(session_key__in=Session.objects.values("session_key"))
        .delete()
    )
    old = Q(started_at__lt=now - RUNS_KEPT) | Q(
        started_at__lt=now - FREQUENT_RUNS_KEPT, period__contains=A_SLOT
    )
    runs, _ = JobRun.objects.filter(old).delete()
    failed, _ = FailedTask.objects.filter(settled_at__lt=now - RUNS_KEPT).delete()
    return {"sessions": sessions, "logins": logins, "job_runs": runs, "failed_tasks": failed}
