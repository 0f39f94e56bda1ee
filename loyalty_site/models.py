"""Which job did what, and when, and what the workers were asked to do and could not."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

LONGEST_WAIT = 60
KEPT_BACK = "…"
"""Stands for an argument that is not kept, because a person may have written it."""
BESIDE = "/"
"""Stands in the period of a run that staff asked for beside the schedule, and in no other."""


class JobRunQuerySet(models.QuerySet["JobRun"]):
    """Filters that read as a sentence."""

    def settled(self, attempts: int) -> Self:
        """Done, or failed as often as is worth trying."""
        return self.filter(
            models.Q(state=JobRun.State.DONE)
            | models.Q(state=JobRun.State.FAILED, attempts__gte=attempts)
        )

    def done(self) -> Self:
        return self.filter(state=JobRun.State.DONE)

    def running(self) -> Self:
        return self.filter(state=JobRun.State.RUNNING)

    def waiting(self) -> Self:
        """Asked for by staff, and not yet taken up."""
        return self.filter(state=JobRun.State.WAITING)

    def scheduled(self) -> Self:
        """Those whose periods the schedule names."""
        return self.filter(is_extra=False)

    def newest_of_each(self) -> Self:
        """Each job's run for its latest period."""
        return self.order_by("job", "-period").distinct("job")


class JobRun(models.Model):
    """
    One job's work for one period; the row is what makes it happen once.

    `period` is the local day or the instant the job stands for; `done` figures what it did. A
    run that staff ask for when nothing is due is `extra`: it repeats the newest period, under a
    name of its own that the schedule does not see.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a worker")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    job = models.CharField(_("job"), max_length=40)
    period = models.CharField(_("period"), max_length=40)
    state = models.CharField(_("state"), max_length=7, choices=State)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    done = models.JSONField(_("what it did"), default=dict, blank=True)
    error = models.TextField(_("what went wrong"), blank=True)
    is_extra = models.BooleanField(_("beside the schedule"), default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    request_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "period"], name="job_once_a_period"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="finished_job_has_an_end",
            ),
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(state="waiting"), name="job_asked_for_once"
            ),
        ]
        permissions = [("run_job", "Can have a job run now")]
        indexes = [models.Index(fields=["job", "-started_at"], name="job_latest_run")]

    def __str__(self) -> str:
        return f"{self.job} {self.period}"

    @property
    def period_in_words(self) -> str:
        """The day or the moment that the job stands for, as people here write it."""
        try:
            at = datetime.fromisoformat(self.scheduled_period)
        except ValueError:
            return self.period
        if at.tzinfo is None:
            return date_format(at, "SHORT_DATE_FORMAT")
        return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")

    @property
    def scheduled_period(self) -> str:
        """The period as the schedule names it, also for a run beside the schedule."""
        return self.period.partition(BESIDE)[0]

    @property
    def seconds(self) -> float | None:
        """How long the work took; None while it goes on."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    def is_settled(self, attempts: int) -> bool:
        """Whether nothing more happens to this run."""
        failed = self.state == self.State.FAILED and self.attempts >= attempts
        return self.state == self.State.DONE or failed

    def waits(self, now: datetime) -> bool:
        """Whether it failed so recently that trying again would help nobody."""
        if self.state != self.State.FAILED or self.finished_at is None:
            return False
        return now < self.finished_at + timedelta(minutes=min(2**self.attempts, LONGEST_WAIT))


class FailedTaskQuerySet(models.QuerySet["FailedTask"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "FailedTask":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def unsettled(self) -> Self:
        """Those that a person looks into, and those that are being tried again."""
        return self.filter(state__in=FailedTask.UNSETTLED)

    def open(self) -> Self:
        return self.filter(state=FailedTask.State.OPEN)

    def waiting_since(self, moment: datetime) -> Self:
        """Those to be tried again of which nothing was heard since."""
        return self.filter(state=FailedTask.State.AGAIN, asked_at__lte=moment)


class FailedTask(models.Model):
    """
    A message to the workers that could not be carried out: a dead letter.

    The same task with the same arguments is one row as long as nobody has settled it; `times`
    says how often it failed. `arguments` holds numbers and names of jobs, never what a person
    wrote. When the same task goes well later, the row settles itself.
    """

    class State(models.TextChoices):
        OPEN = "open", _("could not be done")
        AGAIN = "again", _("being tried again")
        RECOVERED = "recovered", _("went well later")
        SET_ASIDE = "aside", _("set aside")

    UNSETTLED = (State.OPEN, State.AGAIN)

    task = models.CharField(_("task"), max_length=120)
    arguments = models.JSONField(_("about"), default=dict, blank=True)
    message = models.CharField(_("number of the message"), max_length=64, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    first_failed_at = models.DateTimeField(_("failed first"))
    failed_at = models.DateTimeField(_("failed last"))
    times = models.PositiveIntegerField(_("how often"), default=1)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(_("asked again at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = FailedTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task that failed")
        verbose_name_plural = _("tasks that failed")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "arguments"],
                condition=models.Q(state__in=["open", "again"]),
                name="failed_task_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "again"], settled_at__isnull=True)
                | models.Q(state__in=["recovered", "aside"], settled_at__isnull=False),
                name="settled_task_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.task.rpartition(".")[2]

    @property
    def about(self) -> list[object]:
        """What it was called with, named or not."""
        return [*self.arguments.get("args", []), *self.arguments.get("kwargs", {}).values()]

    @property
    def is_kept_whole(self) -> bool:
        """Whether all that it was called with was kept, so that it can be sent again."""
        return KEPT_BACK not in self.about

    @property
    def is_unsettled(self) -> bool:
        return self.state in self.UNSETTLED
