"""Cards that were used unusually, as last night's count found them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Source
from members.models.triggers import append_only
from points.models.account import Account

WHOSE = ("source", "store", "who", "is_till", "member")
"""One card at one cashier, whichever period and whichever night's count."""


class UnusualUseQuerySet(models.QuerySet["UnusualUse"]):
    """Filters that read as a sentence."""

    def with_last_look(self) -> "UnusualUseQuerySet":
        """Add the id of the last time a colleague looked into it, or nothing."""
        return self.annotate(look=models.Subquery(_looks().order_by("-id").values("pk")[:1]))

    def not_looked_into(self) -> "UnusualUseQuerySet":
        return self.filter(~models.Exists(_looks()))


def _looks() -> models.QuerySet["LookedInto"]:
    """What was counted when somebody looked lies in the period; wholly after it, it is new."""
    same = {field: models.OuterRef(field) for field in WHOSE}
    return LookedInto.objects.filter(until__gt=models.OuterRef("since"), **same)


class UnusualUse(models.Model):
    """
    One member and one cashier with far more purchases than others lead one to expect.

    `who` is the cashier, or the till where no cashier is named. Each night's count puts its
    findings in the place of the last one's.
    """

    PERIODS: ClassVar = (30, 90, 365)

    days = models.PositiveSmallIntegerField(_("days"))
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    store = models.CharField(_("store"), max_length=64, blank=True)
    who = models.CharField(_("cashier or till"), max_length=64)
    is_till = models.BooleanField(default=False)
    member = models.ForeignKey(
        Account,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    purchases = models.PositiveIntegerField(_("purchases"))
    points = models.BigIntegerField(_("points"))
    expected = models.FloatField(_("expected"))
    score = models.FloatField(_("distance"))
    next_card = models.PositiveIntegerField(_("next card"))
    next_cashier = models.PositiveIntegerField(_("at the next cashier"))
    usual = models.PositiveIntegerField(_("usual elsewhere"))
    busiest_on = models.DateField(_("busiest day"))
    busiest = models.PositiveIntegerField(_("on the busiest day"))

    objects = UnusualUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("unusual card use")
        verbose_name_plural = _("unusual card use")
        default_permissions = ()
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["days", "source", "store", "who", "is_till", "member"],
                name="unusual_use_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}: #{self.member_id}"


class LookedInto(models.Model):
    """
    What a colleague found who looked into one card at one cashier.

    The nightly count forgets its findings and this stays. `until` is how far the count went
    that was looked at: what happened after that is not settled by it.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    store = models.CharField(max_length=64, blank=True)
    who = models.CharField(max_length=64)
    is_till = models.BooleanField(default=False)
    member = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    words = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("unusual card use, looked into")
        verbose_name_plural = _("unusual card use, looked into")
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=[*WHOSE, "until"], name="looked_into_once_a_count"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.who}: #{self.member_id}"
