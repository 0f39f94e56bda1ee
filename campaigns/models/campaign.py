"""Campaigns: a message, whom it is for, when it leaves, and the bonus for who got it."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.conditions import Condition, conditions_of
from campaigns.models.audience import Audience
from mailroom.models import Mailing
from members.models import Approval, Consent, Member
from members.models.triggers import append_only, never_deleted

LANGUAGES = ("nl", "en")
MOST_BONUS = 100_000


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Campaign":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def due(self, now: datetime) -> Self:
        """Those whose moment has come."""
        due = models.Q(send_at__isnull=True) | models.Q(send_at__lte=now)
        return self.filter(due, state=Campaign.State.SCHEDULED)

    def owing_bonus(self) -> Self:
        return self.filter(
            state=Campaign.State.SENDING, bonus_points__gt=0, bonus_done_at__isnull=True
        )


class Campaign(models.Model):
    """
    One mailing from its first draft on.

    Once it is scheduled, `conditions` and `sentences` hold whom it is for as it was then, and
    `counted` and `reachable` how many there were. Once it is on its way its mailing says
    whether it runs, and the campaign itself stays as it is. Bonus points are given in rounds
    over its deliveries by member: `bonus_after` is how far the round is, `bonus_settled` of how
    many members it is decided.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for a second person")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("on its way")
        CANCELLED = "cancelled", _("cancelled")

    class Why(models.TextChoices):
        MANY = "many", _("it goes to more members than one person may decide")
        GREW = "grew", _("when it was to leave it had many more readers than were approved")
        EMPTY = "empty", _("when it was to leave nobody matched any more")
        RESTORED = "restored", _("a backup was put back; it may have left since")

    name = models.CharField(_("name"), max_length=80)
    topic = models.CharField(
        _("topic"), max_length=12, choices=Consent.Topic, default=Consent.Topic.NEWS
    )
    content = models.JSONField(_("message"), default=dict)
    audience = models.ForeignKey(
        Audience,
        verbose_name=_("audience"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
    )
    send_at = models.DateTimeField(_("leaves at"), null=True, blank=True)
    quiet_from = models.TimeField(_("not from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    pace = models.PositiveIntegerField(_("mails a minute at most"), null=True, blank=True)
    bonus_points = models.PositiveIntegerField(_("bonus points"), default=0)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    why = models.CharField(_("why"), max_length=8, choices=Why, blank=True)
    conditions = models.JSONField(_("conditions"), null=True, blank=True)
    sentences = models.JSONField(_("whom it is for"), null=True, blank=True)
    counted = models.PositiveBigIntegerField(_("members"), null=True, blank=True)
    reachable = models.PositiveBigIntegerField(_("may be mailed"), null=True, blank=True)
    edition = models.PositiveIntegerField(default=1, editable=False)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("drafted by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("scheduled by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approval = models.ForeignKey(
        Approval,
        verbose_name=_("approval"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    mailing = models.OneToOneField(
        Mailing,
        verbose_name=_("mailing"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaign",
    )
    bonus_after = models.BigIntegerField(default=0, editable=False)
    bonus_given = models.PositiveBigIntegerField(_("got bonus points"), default=0)
    bonus_settled = models.PositiveBigIntegerField(default=0, editable=False)
    bonus_done_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]
        permissions = [
            ("send_campaign", _("May schedule, pause and stop campaigns")),
            ("approve_campaign", _("May approve campaigns of a colleague")),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="campaign_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(state="sending", mailing__isnull=False)
                | (~models.Q(state="sending") & models.Q(mailing__isnull=True)),
                name="campaign_on_its_way_has_a_mailing",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["waiting", "scheduled", "sending"])
                | models.Q(
                    conditions__isnull=False,
                    sentences__isnull=False,
                    counted__isnull=False,
                    reachable__isnull=False,
                    scheduled_by__isnull=False,
                ),
                name="scheduled_campaign_is_frozen",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="campaign_quiet_has_both_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(bonus_points__lte=MOST_BONUS), name="campaign_bonus_in_range"
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                condition=models.Q(state="scheduled"),
                name="campaign_due",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.Protect(
                name="sent_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="sending")
                & (
                    ~pgtrigger.Q(new__state="sending")
                    | pgtrigger.Q(old__content__df=pgtrigger.F("new__content"))
                    | pgtrigger.Q(old__conditions__df=pgtrigger.F("new__conditions"))
                    | pgtrigger.Q(old__bonus_points__df=pgtrigger.F("new__bonus_points"))
                    | pgtrigger.Q(old__mailing__df=pgtrigger.F("new__mailing"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def may_be_changed(self) -> bool:
        """Whether nothing has left yet and nobody called it off."""
        return self.state in {self.State.DRAFT, self.State.WAITING, self.State.SCHEDULED}

    @property
    def mailing_key(self) -> str:
        """What its mailing is known by, once and for ever."""
        return f"campaign:{self.pk}"

    def parsed(self) -> tuple[Condition, ...]:
        """Read the conditions it was scheduled with, or its audience's while it is a draft."""
        if self.conditions is not None:
            return conditions_of(self.conditions)
        return self.audience.parsed() if self.audience is not None else ()


class Bonus(models.Model):
    """A member got the bonus points of a campaign; none where the ledger refused them."""

    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        on_delete=models.PROTECT,
        related_name="bonuses",
        db_index=False,
    )
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    points = models.PositiveIntegerField(_("points"))
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        ordering = ["campaign", "member"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member"], name="one_bonus_each"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.member_id}: {self.points}"
