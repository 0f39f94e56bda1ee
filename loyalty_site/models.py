"""Which job did what, and when: a row for each job and period."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

LONGEST_WAIT = 60


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

    def newest_of_each(self) -> Self:
        """Each job's run for its latest period."""
        return self.order_by("job", "-period").distinct("job")


class JobRun(models.Model):
    """
    One job's work for one period; the row is what makes it happen once.

    `period` is the local day or the instant the job stands for; `done` figures what it did.
    """

    class State(models.TextChoices):
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

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "period"], name="job_once_a_period"),
            models.CheckConstraint(
                condition=models.Q(state="running", finished_at__isnull=True)
                | (~models.Q(state="running") & models.Q(finished_at__isnull=False)),
                name="finished_job_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["job", "-started_at"], name="job_latest_run")]

    def __str__(self) -> str:
        return f"{self.job} {self.period}"

    @property
    def period_in_words(self) -> str:
        """The day or the moment that the job stands for, as people here write it."""
        try:
            at = datetime.fromisoformat(self.period)
        except ValueError:
            return self.period
        if at.tzinfo is None:
            return date_format(at, "SHORT_DATE_FORMAT")
        return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")

    def is_settled(self, attempts: int) -> bool:
        """Whether nothing more happens to this run."""
        failed = self.state == self.State.FAILED and self.attempts >= attempts
        return self.state == self.State.DONE or failed

    def waits(self, now: datetime) -> bool:
        """Whether it failed so recently that trying again would help nobody."""
        if self.state != self.State.FAILED or self.finished_at is None:
            return False
        return now < self.finished_at + timedelta(minutes=min(2**self.attempts, LONGEST_WAIT))
