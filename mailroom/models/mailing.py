"""Mailings: one message to many members, a row for each of them."""

from datetime import time
from typing import Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Consent, Member
from members.models.branding import ONLY
from members.models.triggers import never_deleted, never_emptied


class MailRules(models.Model):
    """How much mail members get at most, and when; one row for the whole business."""

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    cap_letters = models.PositiveSmallIntegerField(_("mailings a member gets at most"), default=2)
    cap_days = models.PositiveSmallIntegerField(_("in so many days"), default=7)
    quiet_from = models.TimeField(_("no mailings from"), default=time(21))
    quiet_until = models.TimeField(_("until"), default=time(8))
    second_person_above = models.PositiveIntegerField(
        _("a second person above so many recipients"), default=500
    )

    class Meta:
        verbose_name = _("rules for mailings")
        verbose_name_plural = _("rules for mailings")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=ONLY), name="one_set_of_mail_rules"),
            models.CheckConstraint(
                condition=models.Q(cap_letters__gte=1, cap_days__gte=1, cap_days__lte=365),
                name="mail_cap_lets_something_through",
            ),
        ]

    def __str__(self) -> str:
        return str(_("rules for mailings"))

    @classmethod
    def current(cls) -> "MailRules":
        """Return the row, or the defaults as long as nobody set any."""
        return cls.objects.filter(pk=ONLY).first() or cls()


class MailingQuerySet(models.QuerySet["Mailing"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Mailing":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def with_work(self) -> Self:
        """Those of which something may be left to do."""
        open_ones = [Mailing.State.RUNNING, Mailing.State.STOPPED]
        return self.filter(state__in=open_ones, finished_at__isnull=True)


class Mailing(models.Model):
    """
    One message, in both languages, on its way to many; the room above says to whom and why.

    `topic` is what its readers agreed to; a service mailing has none and needs no consent.
    `content` holds the words in each language and never changes. `paced_until` is the moment
    up to which the allowed pace is used up, for all workers together. `fault` is what holds it
    up, as long as it does. A stopped mailing has ended once nothing of it is on its way.
    """

    class State(models.TextChoices):
        FILLING = "filling", _("being prepared")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")
        DONE = "done", _("done")

    key = models.CharField(_("about"), max_length=80, unique=True)
    topic = models.CharField(_("topic"), max_length=12, choices=Consent.Topic, blank=True)
    content = models.JSONField(_("content"))
    pace = models.PositiveIntegerField(_("mails a minute at most"), null=True, blank=True)
    paced_until = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_from = models.TimeField(_("not from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.FILLING)
    posted_at = models.DateTimeField(_("posted at"))
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    fault = models.CharField(_("what holds it up"), max_length=300, blank=True, default="")

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(pace__isnull=True) | models.Q(pace__gte=1),
                name="mailing_pace_moves",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", finished_at__isnull=False)
                | models.Q(state="stopped")
                | models.Q(state__in=["filling", "running", "paused"], finished_at__isnull=True),
                name="done_mailing_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["running", "stopped"]),
                name="mailing_with_work",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(name="mailing_says_the_same", fields=["key", "topic", "content"]),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_marketing(self) -> bool:
        return bool(self.topic)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Filters that read as a sentence."""

    def in_doubt(self) -> Self:
        """Those of which nobody knows whether they were sent, until staff have looked at them."""
        return self.filter(state=Delivery.State.UNKNOWN, reason="")


class Delivery(models.Model):
    """
    One member's copy of a mailing; `occurrence` tells one time from the next.

    `claimed`: a worker has it and nothing has left. `sending`: committed just before it leaves;
    found so after a crash it may have arrived, so it becomes *unknown* and is never sent again
    by itself. `left_at` is when it left for the server, whatever became of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CLAIMED = "claimed", _("taken up")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown whether it was sent")
        SKIPPED = "skipped", _("skipped")

    class Reason(models.TextChoices):
        NO_CONSENT = "no_consent", _("did not agree to this kind of mail")
        SUPPRESSED = "suppressed", _("mail to this address came back")
        NO_ADDRESS = "no_address", _("has no e-mail address")
        CLOSED = "closed", _("has left")
        CAPPED = "capped", _("had enough mail from us lately")
        STOPPED = "stopped", _("the mailing was stopped")
        REFUSED = "refused", _("the mail server refused it")
        LEFT = "left", _("left as it is")

    mailing = models.ForeignKey(
        Mailing,
        verbose_name=_("mailing"),
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
    )
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
    )
    occurrence = models.CharField(_("occurrence"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    reason = models.CharField(_("why"), max_length=10, choices=Reason, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    try_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    fault = models.CharField(_("what went wrong"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "member", "occurrence"], name="one_delivery_each"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="sent_delivery_has_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="skipped") | ~models.Q(reason=""),
                name="skipped_delivery_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sending", "sent", "unknown"])
                | models.Q(left_at__isnull=False),
                name="delivery_that_left_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mailing", "id"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(state__in=["claimed", "sending"]),
                name="delivery_on_its_way",
            ),
            models.Index(
                fields=["member", "left_at"],
                condition=models.Q(left_at__isnull=False),
                name="delivery_to_member",
            ),
            models.Index(
                fields=["mailing", "state", "id"],
                condition=models.Q(state__in=["failed", "unknown", "skipped"]),
                name="delivery_gone_wrong",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="delivery_stays_theirs", fields=["mailing", "member", "occurrence"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.member_id}"

    @property
    def is_in_doubt(self) -> bool:
        """Whether nobody knows if it was sent, and nobody has looked at it."""
        return self.state == self.State.UNKNOWN and not self.reason


class Tally(models.Model):
    """
    How many deliveries of a mailing stand in a state, for a page that must not count them.

    Whoever moves deliveries moves these numbers in the same statement's transaction.
    """

    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="tallies", db_index=False
    )
    state = models.CharField(_("state"), max_length=7, choices=Delivery.State)
    reason = models.CharField(_("why"), max_length=10, choices=Delivery.Reason, blank=True)
    count = models.BigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "state", "reason"], name="one_tally_each"),
        ]
        triggers = [never_emptied()]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.state}: {self.count}"
