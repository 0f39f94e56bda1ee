"""The jobs: what the program does by itself, how that goes, and having it done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import redis
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError

from loyalty_site.actions.job_requests import ask_run
from loyalty_site.admin.job_run import figures_in_words
from loyalty_site.admin.job_words import (
    Bar,
    bars_of,
    rhythm_in_words,
    runs_in_words,
    seconds_in_words,
    typical_seconds,
)
from loyalty_site.job_health import JobHealth, job_health, jobs_in_hand, latest_runs
from loyalty_site.jobs import JOBS
from loyalty_site.models import FailedTask, JobRun
from loyalty_site.schedule import Job
from loyalty_site.tasks import run_job
from loyalty_site.worker_pulse import last_pulse
from members.actions.traces import record_act
from members.admin.buttons import Question, ReasonForm
from members.admin.requests import colleague
from members.refusals import Refusal
from points.program_cache import program_zone

SEE = "loyalty_site.view_jobrun"
RUN = "loyalty_site.run_job"
RUNS_SHOWN = 30
SECONDS_BETWEEN_LOOKS = 3
LOOKS = {
    "waiting": (gettext_lazy("waits for a worker"), "info"),
    "running": (gettext_lazy("running"), "info"),
    "failed": (gettext_lazy("failed"), "danger"),
    "late": (gettext_lazy("late"), "warning"),
    "never": (gettext_lazy("never ran"), "warning"),
    "done": (gettext_lazy("done"), "success"),
}


class RunForm(ReasonForm):
    """Why, and which press of the button it was."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Line:
    """A job as the page shows it."""

    job: Job
    rhythm: str
    state: str
    label: str
    color: str
    last: JobRun | None
    did: str
    took: str
    typical: str
    next_at: datetime
    bars: list[Bar]
    picture: str

    @property
    def is_busy(self) -> bool:
        return self.state in {"waiting", "running"}


def show_jobs(request: HttpRequest) -> HttpResponse:
    """Show every job, in a number of queries that does not grow with them."""
    now = timezone.now()
    lines = job_lines(now)
    is_alive = worker_is_alive()
    context = {
        **admin.site.each_context(request),
        "title": gettext_lazy("Jobs"),
        "lines": lines,
        "is_alive": is_alive,
        "failed_tasks": FailedTask.objects.open().count(),
        "may_run": request.user.has_perm(RUN),
        "may_see_failed": request.user.has_perm("loyalty_site.view_failedtask"),
        "now": now,
        "wait": SECONDS_BETWEEN_LOOKS if is_alive and any(line.is_busy for line in lines) else None,
    }
    return TemplateResponse(request, "loyalty_site/admin/jobs.html", context)


def job_lines(now: datetime) -> list[Line]:
    names = [job.name for job in JOBS]
    zone = program_zone()
    in_hand, latest = jobs_in_hand(names), latest_runs(names=names, most=RUNS_SHOWN)
    lines = []
    for health in job_health(jobs=JOBS, zone=zone, now=now):
        job, runs = health.job, latest[health.job.name]
        ended = next((run for run in runs if run.finished_at is not None), None)
        state = _state(health, runs, in_hand)
        label, color = LOOKS[state]
        lines.append(
            Line(
                job=job,
                rhythm=rhythm_in_words(job),
                state=state,
                label=str(label),
                color=color,
                last=runs[0] if runs else None,
                did=_outcome(ended),
                took=seconds_in_words(ended.seconds if ended else None),
                typical=seconds_in_words(typical_seconds(runs)),
                next_at=job.schedule.upcoming(now, zone),
                bars=bars_of(runs),
                picture=runs_in_words(runs) if runs else "",
            )
        )
    return lines


def _state(health: JobHealth, runs: Sequence[JobRun], in_hand: set[str]) -> str:
    """What is going on now comes before how it went."""
    states = {
        "running": health.job.name in in_hand,
        "waiting": any(run.state == JobRun.State.WAITING for run in runs),
        "never": not runs,
        "failed": health.last is not None and health.last.state == JobRun.State.FAILED,
        "late": health.is_late,
    }
    return next((state for state, holds in states.items() if holds), "done")


def _outcome(run: JobRun | None) -> str:
    if run is None:
        return ""
    return run.error if run.state == JobRun.State.FAILED else figures_in_words(run)


def worker_is_alive() -> bool:
    try:
        return last_pulse() is not None
    except redis.RedisError:
        return False


def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """Ask why, then have the job run; the page may be left."""
    job = next((job for job in JOBS if job.name == name), None)
    if job is None:
        raise Http404
    form = RunForm(request.POST or None, initial={"request_key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            _asked(request, job, form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            _knock(request, job)
            return redirect("jobs")
    question = Question(
        title=_("Run now: %(job)s") % {"job": job.title},
        text=_(
            "It does the same work as at its own time, and as of then. What is done already is "
            "not done again, and it never runs beside itself."
        ),
        submit=_("Run now"),
        form=RunForm,
    )
    context = {
        **admin.site.each_context(request),
        "title": question.title,
        "question": question,
        "form": form,
        "back": reverse("jobs"),
    }
    return TemplateResponse(request, "members/admin/question.html", context)


@transaction.atomic
def _asked(request: HttpRequest, job: Job, form: RunForm) -> None:
    now, staff = timezone.now(), colleague(request)
    key = form.cleaned_data["request_key"]
    is_new = not JobRun.objects.filter(request_key=key).exists()
    run = ask_run(job=job, staff_id=staff.pk, request_key=key, zone=program_zone(), now=now)
    if is_new:
        record_act(
            staff_id=staff.pk,
            what=_("Had a job run: %(job)s") % {"job": job.title},
            on=run,
            now=now,
            reason=form.cleaned_data["reason"],
        )


def _knock(request: HttpRequest, job: Job) -> None:
    """Tell a worker; the next minute does so anyhow."""
    try:
        run_job.delay(job.name)
    except OperationalError:
        messages.warning(
            request, _("No worker could be reached; it begins as soon as one is there.")
        )
    else:
        messages.success(request, _("%(job)s: a worker takes it up now.") % {"job": job.title})


jobs = admin.site.admin_view(permission_required(SEE, raise_exception=True)(show_jobs))
run_job_now = admin.site.admin_view(permission_required(RUN, raise_exception=True)(run_now))
