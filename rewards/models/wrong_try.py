"""What is remembered so that nobody guesses: codes that were no good, proofs that were used."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import ApiClient, Card

REMEMBERED = timedelta(hours=1)
"""A card's code is good for five minutes; clocks may be wrong."""


class WrongTryQuerySet(models.QuerySet["WrongTry"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "WrongTry":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def unseen(self) -> Self:
        """Alarms that nobody has looked into."""
        return self.filter(alarmed_at__isnull=False, seen_at__isnull=True)

    def seen(self) -> Self:
        """Alarms that somebody has looked into."""
        return self.filter(alarmed_at__isnull=False, seen_at__isnull=False)


class WrongTry(models.Model):
    """
    How many codes that are no good a client tried in an hour; the alarm rings once for each.

    `in_minute` counts those of `minute`. It all stands in the database, so that a cache that is
    down opens no door.
    """

    class State(models.TextChoices):
        NONE = "none", _("no alarm")
        OPEN = "open", _("not seen yet")
        SEEN = "seen", pgettext_lazy("alarm", "seen")

    client = models.ForeignKey(
        ApiClient,
        verbose_name=_("API client"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    hour = models.DateTimeField(_("hour"))
    tries = models.PositiveIntegerField(_("tries"), default=0)
    minute = models.DateTimeField(null=True, blank=True)
    in_minute = models.PositiveIntegerField(default=0)
    alarmed_at = models.DateTimeField(_("alarm at"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    objects = WrongTryQuerySet.as_manager()

    class Meta:
        verbose_name = _("wrong codes in an hour")
        verbose_name_plural = _("wrong codes by the hour")
        ordering = ["-hour"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "staff", "hour"],
                name="one_count_an_hour",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["alarmed_at"],
                condition=Q(alarmed_at__isnull=False),
                name="wrong_try_alarms",
            ),
        ]

    def __str__(self) -> str:
        return date_format(timezone.localtime(self.hour), "SHORT_DATETIME_FORMAT")

    @property
    def who(self) -> str:
        """Who tried them; ask the client and the colleague along with it."""
        if self.client is not None:
            return self.client.name
        return self.staff.get_full_name() if self.staff is not None else ""

    @property
    def state(self) -> State:
        """Whether an alarm rang, and whether somebody has looked into it."""
        if self.alarmed_at is None:
            return self.State.NONE
        return self.State.OPEN if self.seen_at is None else self.State.SEEN


class UsedProof(models.Model):
    """A code that a card showed and that was spent on something: it opens nothing else."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.BigIntegerField()
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used proof")
        verbose_name_plural = _("used proofs")
        constraints = [
            models.UniqueConstraint(fields=["card", "step"], name="proof_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.step}"
