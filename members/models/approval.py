"""What one member of staff asks and another decides."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.triggers import never_deleted

ABOUT_NOBODY = ["publication", "mailing", "codes"]


def fingerprint(asked: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a request in its canonical form: keys in order, nothing between."""
    canonical = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Approval":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def waiting(self, now: datetime) -> Self:
        return self.filter(state=Approval.State.WAITING, expires_at__gt=now)


class Approval(models.Model):
    """
    A request, word for word, and the decision of a second person.

    `asked` is the whole request and `digest` the SHA-256 of its canonical form; what is
    carried out is what was shown to who approved, byte for byte. Only the decision changes.
    It is about a member, or about the rules, a mailing or codes and then about nobody.
    """

    class Kind(models.TextChoices):
        ADJUSTMENT = "adjustment", _("adjust points")
        PURCHASE = "purchase", _("enter a purchase")
        PUBLICATION = "publication", _("publish rules")
        MAILING = "mailing", _("send a mailing")
        CODES = "codes", _("export codes")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals",
    )
    asked = models.JSONField(_("asked"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    reason = models.CharField(_("why"), max_length=200)
    request_key = models.UUIDField(unique=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("to be decided before"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        permissions = [("decide_approval", _("May decide what a colleague asks"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ABOUT_NOBODY, member__isnull=True)
                | (~models.Q(kind__in=ABOUT_NOBODY) & models.Q(member__isnull=False)),
                name="only_rules_and_mailings_are_about_nobody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "refused"])
                | ~models.Q(decided_by=models.F("asked_by")),
                name="nobody_approves_their_own",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state="waiting", decided_by__isnull=True, decided_at__isnull=True
                )
                | (
                    ~models.Q(state="waiting")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="decided_has_who_and_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="waiting"),
                name="approval_waiting",
            ),
        ]
        triggers = [
            *never_deleted(),
            pgtrigger.ReadOnly(
                name="asked_stays",
                fields=[
                    "kind",
                    "member",
                    "asked",
                    "digest",
                    "reason",
                    "request_key",
                    "asked_by",
                    "asked_at",
                    "expires_at",
                ],
            ),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def is_open(self, now: datetime) -> bool:
        return self.state == self.State.WAITING and self.expires_at > now

    def has_expired(self, now: datetime) -> bool:
        return self.state == self.State.WAITING and self.expires_at <= now
