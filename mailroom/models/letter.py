"""Letters: one row each, from being asked for to being sent."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Member, User


class LetterQuerySet(models.QuerySet["Letter"]):
    """Filters that read as a sentence."""

    def waiting(self) -> Self:
        return self.filter(state=Letter.State.WAITING).order_by("id")


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
    fault = models.CharField(_("what went wrong"), max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="sent_letter_has_a_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="letter_on_its_way",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
