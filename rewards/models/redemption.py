"""Who had which reward for how many points, who waits for one, and how often one may."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.models.triggers import never_deleted
from rewards.models.reward import THINGS, Reward


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Redemption":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def to_hand_over(self) -> Self:
        """What somebody still has to send or set out; what was had at a till is not among it."""
        waiting = self.filter(handing__in=Redemption.OPEN, undone_at__isnull=True)
        return waiting.exclude(voucher__used__gt=0, voucher__gives__in=THINGS)


class Redemption(models.Model):
    """
    Points turned into a reward, once for each request key; the key is the ledger's too.

    `points` were paid for `value` euros, or for what the reward gives; `revision` says at
    which price. `restored` is what came back of the points.
    """

    class Handing(models.TextChoices):
        NONE = "none", _("nothing to hand over")
        TO_SEND = "to_send", _("to be sent")
        SENT = "sent", _("sent")
        TO_SET_OUT = "to_set_out", _("to be set out")
        SET_OUT = "set_out", _("ready to pick up")
        PICKED_UP = "picked_up", _("picked up")

    OPEN = [Handing.TO_SEND, Handing.TO_SET_OUT, Handing.SET_OUT]

    request_key = models.UUIDField(unique=True)
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="redemptions"
    )
    reward = models.ForeignKey(
        Reward, verbose_name=_("reward"), on_delete=models.PROTECT, related_name="redemptions"
    )
    revision = models.PositiveIntegerField()
    points = models.PositiveBigIntegerField(_("points"))
    restored = models.PositiveBigIntegerField(_("given back"), default=0)
    value = models.DecimalField(
        _("value in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    cost = models.DecimalField(
        _("cost price in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    tier = models.PositiveSmallIntegerField(_("tier"))
    actor = models.CharField(_("by"), max_length=40)
    redeemed_at = models.DateTimeField(_("redeemed at"))
    handing = models.CharField(
        _("handing over"), max_length=10, choices=Handing, default=Handing.NONE
    )
    counted_since = models.DateField(null=True, blank=True, editable=False)
    """The period in which it counts against the member's limit; null if there was none."""
    handed_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-id"]
        permissions = [("hand_over_redemption", _("May hand over what members redeemed"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=1, restored__lte=models.F("points")),
                name="no_more_comes_back_than_was_paid",
            ),
        ]
        indexes = [
            models.Index(fields=["reward", "redeemed_at"], name="redemption_of_reward"),
            models.Index(fields=["reward", "tier"], name="redemption_by_tier"),
            models.Index(
                fields=["id"],
                condition=Q(
                    handing__in=["to_send", "to_set_out", "set_out"], undone_at__isnull=True
                ),
                name="redemption_to_hand_over",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=[
                    "request_key",
                    "member",
                    "reward",
                    "revision",
                    "points",
                    "value",
                    "cost",
                    "tier",
                    "actor",
                    "redeemed_at",
                    "counted_since",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class LimitUse(models.Model):
    """How often a member had a reward in a period; the period is its first local day."""

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "reward", "since"], name="limit_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}/{self.member_id}: {self.times}"


class PlaceQuerySet(models.QuerySet["Place"]):
    """Filters that read as a sentence."""

    def live(self) -> Self:
        return self.filter(state__in=[Place.State.WAITING, Place.State.HELD])

    def whose_turn_has_passed(self, now: datetime) -> Self:
        return self.filter(state=Place.State.HELD, held_until__lte=now)


class Place(models.Model):
    """A place in line for a reward that is gone; whose turn it is has a piece held for 48 hours."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        HELD = "held", _("a piece is held")
        TAKEN = "taken", _("taken")
        LAPSED = "lapsed", _("not taken in time")
        LEFT = "left", _("left the line")

    reward = models.ForeignKey(
        Reward, verbose_name=_("reward"), on_delete=models.PROTECT, related_name="places"
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="places"
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    since = models.DateTimeField(_("in line since"))
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in line")
        verbose_name_plural = _("places in line")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reward", "member"],
                condition=Q(state__in=["waiting", "held"]),
                name="one_place_in_line",
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_until__isnull=False) | ~Q(state="held"),
                name="held_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reward", "since", "id"],
                condition=Q(state="waiting"),
                name="line_of_reward",
            ),
            models.Index(fields=["held_until"], condition=Q(state="held"), name="place_held_until"),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.member_id}"

    def is_held(self, now: datetime) -> bool:
        """Whether a piece is held for them at this moment, swept up or not."""
        until = self.held_until
        return self.state == self.State.HELD and until is not None and until > now


class Choice(models.Model):
    """
    How many members of a tier chose a reward lately, counted now and then.

    The catalog sorts by it, and must not count everybody's history for each who looks.
    """

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.PositiveSmallIntegerField(_("tier"))
    members = models.PositiveIntegerField(_("members"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [
            models.UniqueConstraint(fields=["tier", "reward"], name="one_count_a_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}/{self.tier}: {self.members}"
