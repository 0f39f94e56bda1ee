"""The ledger: entries, the lots they leave, the debts, and which debit took what from where."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Source
from members.models.triggers import append_only, never_deleted
from points.kinds import MEMBER_BITS, Kind
from points.models.account import Account

KIND_NAMES = {
    Kind.EARNED: _("earned"),
    Kind.BONUS: _("bonus"),
    Kind.CLAWED_BACK: _("taken back"),
    Kind.REDEEMED: _("redeemed"),
    Kind.RESTORED: _("given back"),
    Kind.EXPIRED: _("expired"),
    Kind.ADJUSTED: _("corrected"),
    Kind.GIFT_SENT: _("gift sent"),
    Kind.GIFT_RECEIVED: _("gift received"),
    Kind.REFUND_VOIDED: _("refund undone"),
}


class OfMember(models.QuerySet[Any]):
    """Rows whose ids begin with the member's."""

    def of_member(self, member_id: int) -> Self:
        first = member_id << MEMBER_BITS
        return self.filter(pk__gte=first, pk__lt=first + (1 << MEMBER_BITS))


class Entry(models.Model):
    """One immutable line in a member's book."""

    id = models.BigIntegerField(primary_key=True)
    member = models.ForeignKey(
        Account,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
    )
    sequence = models.IntegerField(_("number"))
    kind = models.SmallIntegerField(_("kind"), choices=list(KIND_NAMES.items()))
    points = models.BigIntegerField(_("points"))
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded at"))
    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    operation = models.CharField(_("operation"), max_length=100)
    actor = models.CharField(_("by"), max_length=40)
    explanation = models.JSONField(_("explanation"))
    hash = models.BinaryField(_("fingerprint"))

    objects = OfMember.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        permissions = [("adjust_points", _("May adjust points"))]
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "operation"], name="entry_posted_once"
            ),
            models.CheckConstraint(condition=~models.Q(points=0), name="entry_has_points"),
            models.CheckConstraint(
                condition=models.Q(kind__range=(1, 10)), name="entry_kind_is_known"
            ),
        ]
        indexes = [BrinIndex(fields=["occurred_at"], name="entry_by_time", pages_per_range=32)]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.member_id}/{self.sequence}: {self.points:+}"


class LotQuerySet(OfMember):
    """Filters that read as a sentence."""

    def open_at(self, at: datetime) -> Self:
        return self.filter(remaining__gt=0, available_at__lte=at, expires_at__gt=at)

    def pending_at(self, at: datetime) -> Self:
        return self.filter(remaining__gt=0, available_at__gt=at)

    def due(self, at: datetime) -> Self:
        return self.filter(remaining__gt=0, expires_at__lte=at)


class Lot(models.Model):
    """What a credit leaves to spend; its id is its entry's."""

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="lot"
    )
    member = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="lots",
        db_index=False,
        db_constraint=False,
    )
    points = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("left"))
    expired = models.BigIntegerField(_("expired"), default=0)
    available_at = models.DateTimeField(_("available from"))
    expires_at = models.DateTimeField(_("valid until"))
    cause = models.BigIntegerField(db_column="cause_id")

    objects = LotQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        ordering = ["expires_at", "available_at", "entry"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0, expired__gte=0)
                & models.Q(points__gte=models.F("remaining") + models.F("expired")),
                name="lot_holds_no_more_than_it_got",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("available_at")),
                name="lot_lives_for_a_while",
            ),
        ]
        indexes = [
            models.Index(
                fields=["member", "expires_at"],
                condition=models.Q(remaining__gt=0) | models.Q(expired__gt=0),
                name="lot_of_member",
            ),
            models.Index(
                fields=["expires_at"], condition=models.Q(remaining__gt=0), name="lot_due"
            ),
            BrinIndex(fields=["available_at"], name="lot_pending", pages_per_range=32),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=["entry", "member", "points", "available_at", "expires_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.remaining}/{self.points}"


class Debt(models.Model):
    """The part of a claw-back that no lot could cover; its id is the claw-back's."""

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="owed"
    )
    member = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="debts",
        db_index=False,
        db_constraint=False,
    )
    points = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("left"))
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        ordering = ["at", "entry"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0) & models.Q(points__gte=models.F("remaining")),
                name="debt_remaining_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["member"], condition=models.Q(remaining__gt=0), name="debt_open"),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return f"{self.pk}: {self.remaining}/{self.points}"


class Allocation(models.Model):
    """
    So many points of a debit came out of this lot, because of `cause`.

    Undoing writes negative points. Without a lot it says that much of a debt was cancelled.
    """

    entry = models.ForeignKey(
        Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="allocations"
    )
    lot = models.ForeignKey(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, null=True, related_name="allocations"
    )
    cause = models.ForeignKey(
        Entry,
        verbose_name=_("entry"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(points=0), name="allocation_has_points"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.entry_id} ← {self.lot_id}: {self.points}"
