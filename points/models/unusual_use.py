"""Cards that were used unusually, as last night's count found them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Source
from points.models.account import Account


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
