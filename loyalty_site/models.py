"""Which job did what, and when: a row for each job and period."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
