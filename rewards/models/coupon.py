"""Coupons that a till prints below a receipt, and the rules that say when."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Tier
from members.models.triggers import append_only, never_deleted
from points.models import Purchase
from rewards.models.batch import Batch
from rewards.models.voucher import Voucher


class CouponRuleQuerySet(models.QuerySet["CouponRule"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "CouponRule":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def in_force(self) -> Self:
        return self.filter(stopped_at__isnull=True, batch__stopped_at__isnull=True)


class CouponRule(models.Model):
    """
    When a purchase is worth a coupon: from `least_total`, in these stores, from this tier.

    Each coupon is a voucher of its own, made as `batch` says, valid for `valid_days`. Its bars
    are its code, or the shop's own number where the till reads nothing but that. What it says
    stays as it was made, so that an answer sent again is the same; it can only be stopped.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    batch = models.OneToOneField(
        Batch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="coupon_rule"
    )
    least_total = models.DecimalField(
        _("for purchases from, in euros"), max_digits=10, decimal_places=2
    )
    stores = ArrayField(
        models.CharField(max_length=64), verbose_name=_("in these stores"), default=list, blank=True
    )
    tier = models.ForeignKey(
        Tier, verbose_name=_("from tier"), on_delete=models.PROTECT, default=0, related_name="+"
    )
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"))
    valid_days = models.PositiveSmallIntegerField(_("valid for, in days"), default=28)
    lines_nl = models.TextField(_("text on the receipt, Dutch"), max_length=400)
    lines_en = models.TextField(_("text on the receipt, English"), max_length=400)
    ean = models.CharField(_("the shop's own EAN-13"), max_length=13, blank=True)
    per_member = models.PositiveIntegerField(_("at most per member"), default=1)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"))
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    objects = CouponRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon on the receipt")
        verbose_name_plural = _("coupons on the receipt")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("from_at")), name="coupon_rule_window_is_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_days__gte=1, valid_days__lte=366), name="coupon_lives"
            ),
            models.CheckConstraint(
                condition=Q(ean="") | Q(ean__regex=r"^[0-9]{13}$"), name="coupon_ean_is_digits"
            ),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return self.name


class PrintedCoupon(models.Model):
    """A coupon that went along with the answer to a purchase; sent again it is the same one."""

    rule = models.ForeignKey(CouponRule, on_delete=models.PROTECT, related_name="printed")
    purchase = models.OneToOneField(Purchase, on_delete=models.PROTECT, related_name="+")
    voucher = models.OneToOneField(Voucher, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("printed coupon")
        verbose_name_plural = _("printed coupons")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.purchase_id}"
