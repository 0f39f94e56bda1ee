"""The life of a voucher at the till: held for an order, used, given back."""

from datetime import datetime
from typing import Self
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import ApiClient, Member
from members.models.triggers import append_only, never_deleted
from rewards.models.voucher import Voucher


class ReservationQuerySet(models.QuerySet["Reservation"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Reservation":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def live(self) -> Self:
        return self.filter(state=Reservation.State.LIVE)

    def run_out(self, now: datetime) -> Self:
        return self.live().filter(until__lte=now)


class Reservation(models.Model):
    """
    A till holds a voucher for an order, for fifteen minutes, under a key of its own.

    `amount` is what comes off the order; of what has no amount it is 0. The counter is no
    client: its reservations have none. Another client of the same source may go on with it.
    """

    class State(models.TextChoices):
        LIVE = "live", _("held")
        CAPTURED = "captured", _("captured")
        RELEASED = "released", _("let go")
        LAPSED = "lapsed", _("ran out")

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    voucher = models.ForeignKey(
        Voucher, verbose_name=_("voucher"), on_delete=models.PROTECT, related_name="reservations"
    )
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(_("key"), max_length=64)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    order = models.CharField(_("order"), max_length=64, blank=True)
    total = models.DecimalField(_("order's total"), max_digits=12, decimal_places=2)
    amount = models.DecimalField(_("off the order"), max_digits=10, decimal_places=2)
    is_sole = models.BooleanField(default=True)
    """Of a voucher that only one may hold at a time."""
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.LIVE)
    made_at = models.DateTimeField(_("held since"))
    until = models.DateTimeField(_("held until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    actor = models.CharField(_("by"), max_length=40)
    content = models.CharField(max_length=64, default="")
    """SHA-256 of what was asked, so that the same key with other content is refused."""

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "key", "voucher"],
                name="reservation_once_a_key",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["voucher"],
                condition=Q(state="live", is_sole=True),
                name="one_live_reservation",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, total__gte=0, until__gt=F("made_at")),
                name="reservation_makes_sense",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state="live"), name="reservation_runs_out"),
            models.Index(fields=["order"], condition=~Q(order=""), name="reservation_of_order"),
            models.Index(
                fields=["voucher", "member"],
                condition=Q(member__isnull=False),
                name="reservation_of_member",
            ),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return str(self.reference)


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Capture":
        return self.select_for_update(of=("self",)).get(pk=pk)


class Capture(models.Model):
    """What was really taken off an order; `rolled_back` of it came back since."""

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    reservation = models.OneToOneField(
        Reservation, on_delete=models.PROTECT, related_name="capture"
    )
    voucher = models.ForeignKey(
        Voucher, verbose_name=_("voucher"), on_delete=models.PROTECT, related_name="captures"
    )
    amount = models.DecimalField(_("off the order"), max_digits=10, decimal_places=2)
    rolled_back = models.DecimalField(_("given back"), max_digits=10, decimal_places=2, default=0)
    is_undone = models.BooleanField(_("undone as a whole"), default=False)
    order = models.CharField(_("order"), max_length=64, blank=True)
    captured_at = models.DateTimeField(_("captured at"))
    actor = models.CharField(_("by"), max_length=40)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a voucher")
        verbose_name_plural = _("uses of vouchers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, rolled_back__gte=0, rolled_back__lte=F("amount")),
                name="no_more_is_rolled_back_than_captured",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=["reference", "reservation", "voucher", "amount", "captured_at", "actor"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.reference)


class Rollback(models.Model):
    """
    Goods came back, so that a capture is undone, in part or whole, once for each key.

    `points` went back into the lots they came from.
    """

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="rollbacks")
    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(_("key"), max_length=64)
    amount = models.DecimalField(_("given back"), max_digits=10, decimal_places=2)
    points = models.PositiveBigIntegerField(_("points given back"), default=0)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=40)
    content = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = _("rollback")
        verbose_name_plural = _("rollbacks")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "key", "capture"],
                name="rollback_once_a_key",
                nulls_distinct=False,
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return str(self.reference)
