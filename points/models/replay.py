"""Replays: a draft tried on the past, in the background."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from points.models.program import ProgramVersion

SILENCE = timedelta(minutes=2)
"""A run that was not heard of for so long has lost its worker, or never got one."""
LEAST_COST, MOST_COST = Decimal("0.0001"), Decimal(100)


class ReplayQuerySet(models.QuerySet["Replay"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Replay":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open(self) -> Self:
        return self.filter(state__in=[Replay.State.WAITING, Replay.State.RUNNING])

    def newest_of(self, draft_id: int) -> "Replay | None":
        return self.filter(draft=draft_id).order_by("-pk").first()


class Replay(models.Model):
    """
    One run of a draft over the past months, beside the version that it would replace.

    `digest` is of the draft's rules when it was asked, its name and date left out: it says
    whether the draft is still the one that was tried. `result` is what `points.replay` wrote.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped")

    class Months(models.IntegerChoices):
        THREE = 3, _("3 months")
        SIX = 6, _("6 months")
        TWELVE = 12, _("12 months")
        TWO_YEARS = 24, _("24 months")

    draft = models.ForeignKey(
        ProgramVersion,
        verbose_name=_("draft"),
        on_delete=models.PROTECT,
        related_name="replays",
    )
    digest = models.CharField(_("fingerprint"), max_length=64, editable=False)
    against = models.ForeignKey(
        ProgramVersion,
        verbose_name=_("compared with"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    months = models.PositiveSmallIntegerField(_("period"), choices=Months, default=Months.TWELVE)
    point_cost = models.DecimalField(
        _("what a point costs"),
        max_digits=7,
        decimal_places=4,
        default=Decimal("0.01"),
        validators=[MinValueValidator(LEAST_COST), MaxValueValidator(MOST_COST)],
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveBigIntegerField(_("members done"), default=0)
    total = models.PositiveBigIntegerField(_("members in all"), default=0)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    heard_at = models.DateTimeField(_("last heard of"))
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    result = models.JSONField(_("outcome"), null=True, blank=True)

    objects = ReplayQuerySet.as_manager()

    class Meta:
        verbose_name = _("replay")
        verbose_name_plural = _("replays")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_replay_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(months__in=[3, 6, 12, 24]), name="replay_months_known"
            ),
            models.CheckConstraint(
                condition=models.Q(point_cost__gt=0), name="point_costs_something"
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", result__isnull=False)
                | (~models.Q(state="done") & models.Q(result__isnull=True)),
                name="done_replay_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft} #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}

    def is_silent(self, now: datetime) -> bool:
        """Tell whether nobody works on it although somebody should."""
        return self.is_open and self.heard_at < now - SILENCE
