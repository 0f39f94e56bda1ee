"""Vouchers: what they are worth, whose they are, and how they stand."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.models.triggers import never_deleted
from rewards.models.batch import Batch
from rewards.models.redemption import Redemption
from rewards.models.reward import Gives, Reward, Vat

MOST_GREETING = 200
"""Characters that who gives a gift card away may add."""


class VoucherQuerySet(models.QuerySet["Voucher"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Voucher":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def of_member(self, member_id: int) -> Self:
        return self.filter(member_id=member_id)

    def usable(self, now: datetime) -> Self:
        """Those that can still be used, whether or not a till holds one just now."""
        return self.filter(
            voided_at__isnull=True,
            batch__stopped_at__isnull=True,
            valid_from__lte=now,
            expires_at__gt=now,
            used__lt=F("most_uses"),
        )

    def gone(self, now: datetime) -> Self:
        return self.exclude(pk__in=self.usable(now).values("pk"))

    def to_come(self, now: datetime) -> Self:
        """Those that are of use now or later."""
        return self.filter(
            voided_at__isnull=True,
            batch__stopped_at__isnull=True,
            expires_at__gt=now,
            used__lt=F("most_uses"),
        )

    def withdrawn(self) -> Self:
        return self.filter(Q(voided_at__isnull=False) | Q(batch__stopped_at__isnull=False))

    def used_up(self) -> Self:
        return self.filter(voided_at__isnull=True, used__gte=F("most_uses"))

    def run_out(self, now: datetime) -> Self:
        """Those that expired before they were used up."""
        return self.filter(voided_at__isnull=True, used__lt=F("most_uses"), expires_at__lte=now)

    def over(self, now: datetime) -> Self:
        """Those that are used, expired or withdrawn."""
        return self.filter(
            Q(voided_at__isnull=False)
            | Q(batch__stopped_at__isnull=False)
            | Q(expires_at__lte=now)
            | Q(used__gte=F("most_uses"))
        )


WithFilters = models.Manager.from_queryset(VoucherQuerySet)


class VoucherManager(WithFilters["Voucher"]):
    """Brings a voucher's batch along, by which a million of them are withdrawn at once."""

    def get_queryset(self) -> VoucherQuerySet:
        return VoucherQuerySet(self.model, using=self._db).select_related("batch")


class Voucher(models.Model):
    """
    A right to something, known by a code of which only a keyed digest is kept to find it by.

    `sealed` is the code encrypted, for its owner alone; `tail` its last group. What it is worth
    stays as it was issued. `used` counts captures that stand, `reserved` those a till holds;
    of a gift card `captured` is how much of the value is gone. Its state follows from these and
    from the moment, never from a job.
    """

    class State(models.TextChoices):
        ISSUED = "issued", _("can be used")
        EARLY = "early", _("not valid yet")
        RESERVED = "reserved", _("held by a till")
        REDEEMED = "redeemed", _("used")
        EXPIRED = "expired", _("expired")
        VOID = "void", _("withdrawn")

    OPEN = (State.ISSUED, State.EARLY, State.RESERVED)

    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    digest = models.BinaryField(max_length=16, unique=True)
    sealed = models.BinaryField(default=b"")
    tail = models.CharField(_("ends in"), max_length=5)
    gives = models.CharField(_("what it gives"), max_length=10, choices=Gives)
    value = models.DecimalField(
        _("value in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    percent = models.DecimalField(
        _("percentage"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    most_off = models.DecimalField(
        _("at most, in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    product = models.CharField(_("product"), max_length=64, blank=True)
    least_order = models.DecimalField(
        _("on orders from, in euros"), max_digits=10, decimal_places=2, default=0
    )
    is_alone = models.BooleanField(_("not together with other vouchers"), default=False)
    vat = models.CharField(_("VAT"), max_length=6, choices=Vat, default=Vat.MULTI)
    cost = models.DecimalField(
        _("cost price in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="vouchers",
        db_index=False,
    )
    reward = models.ForeignKey(
        Reward,
        verbose_name=_("reward"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="vouchers",
        db_index=False,
    )
    redemption = models.OneToOneField(
        Redemption,
        verbose_name=_("redemption"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="voucher",
    )
    batch = models.ForeignKey(
        Batch,
        verbose_name=_("batch"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="vouchers",
        db_index=False,
    )
    issued_at = models.DateTimeField(_("issued at"))
    valid_from = models.DateTimeField(_("valid from"))
    expires_at = models.DateTimeField(_("valid until"))
    most_uses = models.PositiveIntegerField(_("at most used"), default=1)
    used = models.PositiveIntegerField(_("used"), default=0)
    reserved = models.PositiveIntegerField(_("held by tills"), default=0)
    captured = models.DecimalField(_("spent"), max_digits=10, decimal_places=2, default=0)
    voided_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    void_reason = models.CharField(_("why it was withdrawn"), max_length=200, blank=True)
    share_key = models.UUIDField(null=True, blank=True, unique=True)
    """What opens a gift card's page for whom its owner sent the link."""
    shares_name = models.BooleanField(default=False)
    """Whether that page says who gives it."""
    greeting = models.CharField(
        _("greeting"), max_length=MOST_GREETING, blank=True, default="", db_default=""
    )
    """What its owner says there; plain words, and nothing of them is a link."""

    HANDED_OVER, TAKEN_BACK = "handed_over", "taken_back"
    """Why it ended, where no colleague withdrew it: the thing itself left, or points came back."""

    objects = VoucherManager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["-id"]
        permissions = [
            ("look_up_voucher", _("May look up and redeem vouchers at the counter")),
            ("void_voucher", _("May withdraw vouchers")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(most_uses__gte=1, used__gte=0, reserved__gte=0)
                & Q(most_uses__gte=F("used") + F("reserved")),
                name="voucher_used_no_more_than_it_may",
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=0)
                & (Q(value__isnull=True) | ~Q(gives="gift_card") | Q(captured__lte=F("value"))),
                name="gift_card_holds_what_is_spent",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("valid_from")), name="voucher_lives_for_a_while"
            ),
            models.CheckConstraint(
                condition=Q(gives="percentage", percent__gt=0, percent__lte=100)
                | (~Q(gives="percentage") & Q(percent__isnull=True)),
                name="voucher_percentage_to_hundred",
            ),
            models.CheckConstraint(
                condition=~Q(gives__in=["discount", "gift_card"]) | Q(value__gt=0),
                name="voucher_of_money_has_a_value",
            ),
        ]
        indexes = [
            models.Index(
                fields=["member", "-id"],
                condition=Q(member__isnull=False),
                name="voucher_of_member",
            ),
            models.Index(fields=["batch", "id"], name="voucher_of_batch"),
            models.Index(fields=["reward", "id"], name="voucher_of_reward"),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="worth_stays",
                fields=[
                    "reference",
                    "digest",
                    "gives",
                    "value",
                    "percent",
                    "most_off",
                    "product",
                    "least_order",
                    "is_alone",
                    "vat",
                    "cost",
                    "redemption",
                    "batch",
                    "issued_at",
                    "valid_from",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"… {self.tail}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether it, or the batch it is of, was stopped."""
        return self.voided_at is not None or (
            self.batch is not None and self.batch.stopped_at is not None
        )

    @property
    def is_gift_card(self) -> bool:
        return self.gives == Gives.GIFT_CARD

    @property
    def left(self) -> Decimal:
        """What a gift card still holds, in euros; what is held by a till is in it."""
        return (self.value or Decimal(0)) - self.captured

    def state(self, now: datetime) -> str:
        """Tell what it is at this moment; a till's hold that has run out may still be counted."""
        if self.voided_at is not None:
            return self.State.VOID
        if self.used >= self.most_uses:
            return self.State.REDEEMED
        if self.is_withdrawn:
            return self.State.VOID
        if self.expires_at <= now:
            return self.State.EXPIRED
        if self.valid_from > now:
            return self.State.EARLY
        if self.used + self.reserved >= self.most_uses:
            return self.State.RESERVED
        return self.State.ISSUED
