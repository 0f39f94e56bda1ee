"""Letters: one row each, from being asked for to being sent."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Member, User

SURELY_OVER = timedelta(minutes=15)
"""No server keeps a letter waiting this long: whoever took it up has died."""


class LetterQuerySet(models.QuerySet["Letter"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Letter":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def waiting(self) -> Self:
        return self.filter(state=Letter.State.WAITING).order_by("id")

    def due(self, now: datetime) -> Self:
        """Those to be sent now: not yet tried, or long enough ago."""
        return self.waiting().filter(models.Q(try_at__isnull=True) | models.Q(try_at__lte=now))

    def abandoned(self, now: datetime) -> Self:
        """Those whose sender never said how it ended."""
        return self.filter(state=Letter.State.SENDING, claimed_at__lt=now - SURELY_OVER)


class Letter(models.Model):
    """
    One message to one address; `key` says what it is about, so that it is written once.

    A letter found in `sending` after a crash may have gone out: it is *unknown*, and nobody
    sends it again by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown whether it was sent")

    STUCK = (State.FAILED, State.UNKNOWN)

    key = models.CharField(_("about"), max_length=80, unique=True)
    to = models.EmailField(_("to"))
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
    )
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    posted_at = models.DateTimeField(_("posted at"))
    claimed_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    try_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    fault = models.CharField(_("what went wrong"), max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-id"]
        permissions = [
            ("preview_letters", _("May see which letters we send, and send themselves a test")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="sent_letter_has_a_date",
            ),
        ]
        indexes = [
            BrinIndex(fields=["posted_at"], name="letter_by_time", pages_per_range=32),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="letter_on_its_way",
            ),
            models.Index(
                fields=["-id"],
                condition=models.Q(state__in=["failed", "unknown"]),
                name="letter_that_is_stuck",
            ),
            models.Index(fields=["to"], name="letter_to_prefix", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_stuck(self) -> bool:
        """Whether nothing more happens to it unless a person says so."""
        return self.state in self.STUCK
