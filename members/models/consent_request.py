"""A yes that counts once the mailbox it is about has answered."""

from datetime import datetime, timedelta
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.consent import Consent
from members.models.member import Member
from members.models.triggers import never_deleted
from members.models.user import User

A_LETTER_EACH = timedelta(days=1)
"""A mailbox is not asked again sooner than this."""


class ConsentRequestQuerySet(models.QuerySet["ConsentRequest"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "ConsentRequest":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open_at(self, at: datetime) -> Self:
        """Those whose mailbox may still answer; an address that changed since does not count."""
        return self.filter(
            confirmed_at__isnull=True, expires_at__gt=at, address=models.F("member__email")
        )

    def to_write(self, since: datetime, at: datetime) -> Self:
        """Those whose letter should have gone out by now."""
        return self.open_at(at).filter(write_at__gt=since, write_at__lte=at)


class ConsentRequest(models.Model):
    """
    What a member is asked by letter to confirm: the very words of each topic, by topic.

    `how` says who asked; `times_asked` counts the letters, `write_at` is when the latest may go out.
    """

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="consent_requests"
    )
    channel = models.CharField(
        _("channel"), max_length=8, choices=Consent.Channel, default=Consent.Channel.EMAIL
    )
    wordings = models.JSONField(_("what was asked"))
    language = models.CharField(_("language of it"), max_length=2, choices=User.Language)
    address = models.EmailField(_("e-mail address"))
    how = models.CharField(_("asked"), max_length=8, choices=Consent.How)
    proof = models.CharField(_("what proves it"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    times_asked = models.PositiveSmallIntegerField(_("times asked"), default=1)
    write_at = models.DateTimeField(_("letter may go out"))
    expires_at = models.DateTimeField(_("holds until"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = ConsentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about mail")
        verbose_name_plural = _("questions about mail")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(wordings={}), name="consent_request_asks_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["write_at"],
                condition=models.Q(confirmed_at__isnull=True),
                name="consent_request_open",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="request_asks_the_same",
                fields=["member", "channel", "wordings", "language", "address", "how", "asked_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {', '.join(self.wordings)}"

    @property
    def topics(self) -> list[Consent.Topic]:
        """What it is about, in the order in which topics are always shown."""
        return [topic for topic in Consent.Topic if topic.value in self.wordings]
