"""Receipts that no card was shown at; a member may claim one."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Member, Source
from points.models.account import Account


class OpenReceiptQuerySet(models.QuerySet["OpenReceipt"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "OpenReceipt":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def unclaimed(self) -> Self:
        return self.filter(claimed_at__isnull=True)

    def placed_before(self, instant: datetime) -> Self:
        return self.filter(placed_at__lt=instant)

    def as_printed(
        self, numbers: set[str], total: Decimal, since: datetime, until: datetime
    ) -> Self:
        """Those with one of these numbers, this total, and a moment in this time."""
        return self.filter(
            receipt__in=numbers, total=total, placed_at__gte=since, placed_at__lt=until
        ).order_by("pk")


class OpenReceipt(models.Model):
    """
    A purchase without a member, as a till reported it; `lines` as they would be posted.

    Claimed once: the purchase it became is the one of the same source and receipt. What was
    given back for it waits with it.
    """

    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    receipt = models.CharField(_("receipt"), max_length=64)
    placed_at = models.DateTimeField(_("when"))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    lines = models.JSONField(_("lines"), default=list)
    store = models.CharField(_("store"), max_length=64, blank=True)
    till = models.CharField(_("till"), max_length=64, blank=True)
    cashier = models.CharField(_("cashier"), max_length=64, blank=True)
    channel = models.CharField(_("channel"), max_length=64, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    claimed_by = models.ForeignKey(
        Account,
        verbose_name=_("claimed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)

    objects = OpenReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt without a card")
        verbose_name_plural = _("receipts without a card")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "receipt"], name="open_receipt_once"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="open_receipt_total"),
            models.CheckConstraint(
                condition=models.Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | models.Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="claimed_receipt_has_who_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["receipt"], name="open_receipt_number"),
            models.Index(fields=["placed_at"], name="open_receipt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.receipt}"

    @property
    def member_id(self) -> int | None:
        """Whose it has become; traces of staff ask for it by this name."""
        return self.claimed_by_id


class OpenRefund(models.Model):
    """Money given back for a receipt without a card; it follows the receipt when it is claimed."""

    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(_("refund"), max_length=64)
    receipt = models.ForeignKey(
        OpenReceipt, verbose_name=_("receipt"), on_delete=models.PROTECT, related_name="refunds"
    )
    refunded_at = models.DateTimeField(_("when"))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("refund without a card")
        verbose_name_plural = _("refunds without a card")
        ordering = ["refunded_at", "key"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="open_refund_once"),
            models.CheckConstraint(condition=models.Q(total__gt=0), name="open_refund_total"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.key}"


class ClaimTriesQuerySet(models.QuerySet["ClaimTries"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "ClaimTries":
        return self.select_for_update(of=("self",)).get(pk=pk)


class ClaimTries(models.Model):
    """How often a member asked for a receipt in vain on a local day."""

    member = models.OneToOneField(
        Member, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    day = models.DateField(_("day"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = ClaimTriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("tries to claim a receipt")
        verbose_name_plural = _("tries to claim a receipt")

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}: {self.tries}"
