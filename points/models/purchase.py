"""Purchases, their lines and their refunds, as tills and web shops reported them."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Source, Tier
from members.models.triggers import append_only, never_deleted
from points.models.account import Account
from points.models.ledger import Entry, OfMember
from points.models.program import ProgramVersion


class Purchase(models.Model):
    """
    What somebody bought, valued once under its own version and tier.

    `taken` is what refunds have taken back of `earned`, `waived` the part of it that was let
    go. `explanation` stands here only when nothing was earned. Under a version with earning
    rules, `facts` keeps the circumstances it was valued in (which caps had how much room, first
    purchase, birthday) and `gave` what each rule gives it now.
    """

    id = models.BigIntegerField(primary_key=True)
    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    receipt = models.CharField(_("receipt"), max_length=64)
    member = models.ForeignKey(
        Account,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="bought",
        db_index=False,
    )
    placed_at = models.DateTimeField(_("when"))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    base = models.DecimalField(_("earns on"), max_digits=12, decimal_places=2)
    refunded = models.DecimalField(_("refunded"), max_digits=12, decimal_places=2, default=0)
    earned = models.BigIntegerField(_("earned"))
    taken = models.BigIntegerField(_("taken back"), default=0)
    waived = models.BigIntegerField(default=0)
    status = models.BigIntegerField(_("status points"))
    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.ForeignKey(
        ProgramVersion,
        verbose_name=_("program version"),
        on_delete=models.PROTECT,
        to_field="number",
        related_name="+",
        db_index=False,
    )
    lot = models.BigIntegerField(null=True, db_column="lot_id")
    store = models.CharField(_("store"), max_length=64, blank=True)
    till = models.CharField(_("till"), max_length=64, blank=True)
    cashier = models.CharField(_("cashier"), max_length=64, blank=True)
    channel = models.CharField(_("channel"), max_length=64, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    explanation = models.JSONField(_("explanation"), null=True)
    facts = models.JSONField(null=True, editable=False)
    gave = models.JSONField(null=True, editable=False)

    objects = OfMember.as_manager()

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        permissions = [
            ("enter_purchase", _("May enter purchases and returns by hand")),
            ("see_unusual_use", _("May see the report of unusual card use")),
        ]
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "receipt"], name="receipt_once"),
            models.CheckConstraint(
                condition=models.Q(total__gte=0, refunded__gte=0, earned__gte=0),
                name="purchase_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(taken__gte=0, waived__gte=0)
                & models.Q(earned__gte=models.F("taken"))
                & models.Q(taken__gte=models.F("waived")),
                name="taken_back_at_most_earned",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "placed_at"], name="purchase_of_member"),
            BrinIndex(fields=["placed_at"], name="purchase_by_time", pages_per_range=32),
            models.Index(fields=["member"], condition=models.Q(taken__gt=0), name="purchase_claim"),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="facts_stay", exclude=["refunded", "taken", "waived", "status", "gave"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.receipt}"


class PurchaseLine(models.Model):
    """One line of a receipt; `amount` was paid for all of it."""

    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    line = models.PositiveIntegerField(_("line"))
    product = models.CharField(_("product"), max_length=64, blank=True)
    department = models.CharField(_("department"), max_length=80, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        ordering = ["purchase", "line"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "line"], name="receipt_line_once"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.purchase_id}/{self.line}"


class Refund(models.Model):
    """
    Money given back for a purchase; `entry` is missing where no points were left to take.

    `lines`, where it was said for what: number, quantity and amount of each receipt line.
    """

    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(_("refund"), max_length=64)
    purchase = models.ForeignKey(
        Purchase, verbose_name=_("purchase"), on_delete=models.PROTECT, related_name="refunds"
    )
    refunded_at = models.DateTimeField(_("when"))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    waived = models.BigIntegerField(default=0)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, related_name="refund")
    recorded_at = models.DateTimeField(_("recorded at"))
    explanation = models.JSONField(_("explanation"))
    voided_by = models.CharField(max_length=64, null=True)  # noqa: DJ001
    voided_at = models.DateTimeField(null=True)
    lines = models.JSONField(_("lines"), null=True, editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-refunded_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="refund_once"),
            models.UniqueConstraint(fields=["source", "voided_by"], name="void_once"),
            models.CheckConstraint(
                condition=models.Q(total__gt=0, waived__gte=0), name="refund_above_nothing"
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(name="facts_stay", exclude=["waived", "voided_by", "voided_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.key}"
