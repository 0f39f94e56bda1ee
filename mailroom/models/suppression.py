"""Addresses that we do not write to, and why."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Suppression":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def in_force(self) -> Self:
        return self.filter(lifted_at__isnull=True)

    def against(self, addresses: Iterable[str], *, marketing: bool) -> Self:
        """Those that keep such mail from going to one of these addresses."""
        held = self.in_force().filter(email__in=addresses)
        return held if marketing else held.exclude(cause=Suppression.Cause.SPAM)


class Suppression(models.Model):
    """
    An address that gets no mail: it came back for good, or its reader called it unwanted.

    What its reader called unwanted is marketing; letters about their own membership still go.
    """

    class Cause(models.TextChoices):
        BOUNCE = "bounce", _("came back for good")
        SPAM = "spam", _("reported as unwanted")
        STAFF = "staff", _("entered by staff")

    email = models.EmailField(_("e-mail address"))
    cause = models.CharField(_("why"), max_length=6, choices=Cause)
    since = models.DateTimeField(_("since"))
    detail = models.CharField(_("what the server said"), max_length=300, blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_why = models.CharField(_("why it was lifted"), max_length=200, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("address without mail")
        verbose_name_plural = _("addresses without mail")
        ordering = ["-id"]
        permissions = [("lift_suppression", _("May let mail go to an address again"))]
        indexes = [
            models.Index(
                fields=["email"], name="suppression_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "cause"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_suppression_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")) & ~models.Q(email=""),
                name="suppressed_email_is_lower_case",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class SoftBounces(models.Model):
    """
    How often mail to an address came back for now, since it last arrived.

    `events` are the provider's own names of what it told us, so that one told twice counts once.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    events = ArrayField(models.CharField(max_length=120), default=list)
    latest_at = models.DateTimeField(_("latest"))
    delivered_at = models.DateTimeField(_("last arrived"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail that came back for now")
        verbose_name_plural = _("mail that came back for now")

    def __str__(self) -> str:
        return f"{self.email}: {len(self.events)}"
