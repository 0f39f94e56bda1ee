"""Codes that many may use, and codes by the million for print and partners."""

from datetime import datetime, timedelta
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Approval
from members.models.triggers import never_deleted
from rewards.models.reward import Gives

MOST_CODES = 1_000_000
MOST_USES = 10_000_000
SILENCE = timedelta(minutes=2)
"""A batch that was not heard of for so long has lost its worker, or never got one."""


class BatchQuerySet(models.QuerySet["Batch"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Batch":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def unfinished(self) -> Self:
        return self.filter(state=Batch.State.MAKING, stopped_at__isnull=True)

    def running(self, now: datetime) -> Self:
        return self.filter(stopped_at__isnull=True, expires_at__gt=now)


class Batch(models.Model):
    """
    Vouchers made alike: `wanted` unique codes, or one promotional code for everybody.

    A promotional code is a word that staff choose, with `most_uses` in all and `per_member`
    where the order says whose it is. Coupons are made one by one, as receipts are printed.
    Once it is stopped none of its vouchers can be used, without any of them being touched.
    """

    class Form(models.TextChoices):
        CODES = "codes", _("unique codes")
        PROMOTION = "promotion", _("one code for everybody")
        COUPONS = "coupons", _("coupons on the receipt")

    class State(models.TextChoices):
        MAKING = "making", _("being made")
        READY = "ready", _("ready")

    form = models.CharField(_("kind"), max_length=9, choices=Form)
    name = models.CharField(_("name"), max_length=80, unique=True)
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
    product = models.CharField(_("the shop's number of the product"), max_length=64, blank=True)
    least_order = models.DecimalField(
        _("on orders from, in euros"), max_digits=10, decimal_places=2, default=0
    )
    is_alone = models.BooleanField(_("not together with other vouchers"), default=False)
    vat = models.CharField(_("VAT"), max_length=6, default="multi")
    cost = models.DecimalField(
        _("cost price in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    valid_from = models.DateTimeField(_("valid from"))
    expires_at = models.DateTimeField(_("valid until"))
    wanted = models.PositiveIntegerField(_("how many codes"), default=1)
    made = models.PositiveIntegerField(_("made"), default=0)
    per_member = models.PositiveIntegerField(_("at most per member"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.MAKING)
    request_key = models.UUIDField(unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"))
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    began_with = models.PositiveIntegerField(default=0)
    """How many there were when the run began that is under way, or was the last."""
    heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of codes")
        verbose_name_plural = _("batches of codes")
        ordering = ["-id"]
        permissions = [
            ("export_codes", _("May export codes, with a second person")),
            ("stop_batch", _("May withdraw batches and promotional codes")),
            ("see_voucher_figures", _("May see and export what vouchers cost")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(wanted__gte=1, wanted__lte=MOST_CODES, made__lte=F("wanted")),
                name="batch_makes_what_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("valid_from")), name="batch_lives_for_a_while"
            ),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return self.name

    @property
    def is_making(self) -> bool:
        return self.state == self.State.MAKING and self.stopped_at is None

    def is_silent(self, now: datetime) -> bool:
        """Tell whether nobody works on it although somebody should."""
        return self.is_making and (self.heard_at or self.made_at) < now - SILENCE


class BatchExportQuerySet(models.QuerySet["BatchExport"]):
    """Filters that read as a sentence."""

    def lock(self, batch_id: int) -> "BatchExport":
        return self.select_for_update(of=("self",)).get(pk=batch_id)

    def to_wipe(self, now: datetime) -> Self:
        """Those that are over, whole or not, while the seals still stand."""
        # Twice the window: one begun at its very end goes out whole as well.
        over = Q(finished_at__isnull=False) | Q(exported_at__lte=now - 2 * BatchExport.WINDOW)
        return self.filter(over, wiped_at__isnull=True)


class BatchExport(models.Model):
    """
    The one time a batch's codes left the house: who asked, who agreed, when.

    It stands before the first code leaves. A download that breaks off may be begun again within
    `WINDOW`, by the same person, until one went out whole; then the seals are wiped.
    """

    WINDOW = timedelta(minutes=30)

    batch = models.OneToOneField(
        Batch, on_delete=models.PROTECT, primary_key=True, related_name="export"
    )
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    exported_at = models.DateTimeField(_("exported at"))
    codes = models.PositiveIntegerField(_("codes"))
    begun = models.PositiveSmallIntegerField(_("times begun"), default=1)
    finished_at = models.DateTimeField(_("out whole at"), null=True, blank=True)
    wiped_at = models.DateTimeField(_("codes wiped at"), null=True, blank=True)

    objects = BatchExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of codes")
        verbose_name_plural = _("exports of codes")
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=["batch", "approval", "exported_by", "exported_at", "codes"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.codes}"

    def is_over(self, now: datetime) -> bool:
        return self.finished_at is not None or self.exported_at <= now - self.WINDOW
