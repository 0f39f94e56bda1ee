"""Addresses that we do not write to, and why."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Filters that read as a sentence."""

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

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("address without mail")
        verbose_name_plural = _("addresses without mail")
        ordering = ["-id"]
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
