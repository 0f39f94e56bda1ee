"""Tills and web shops that speak to the program, their keys, and what they sent before."""

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.source import Source
from members.models.triggers import append_only


class Scope(models.TextChoices):
    """What a client may do; each endpoint asks for one."""

    WRITE_PURCHASES = "purchases:write", _("report purchases and ask what they would earn")
    WRITE_REFUNDS = "refunds:write", _("report refunds")
    READ_MEMBERS = "members:read", _("look members up, with their statement")
    WRITE_MEMBERS = "members:write", _("enroll members")
    READ_REWARDS = "rewards:read", _("show the catalog of rewards")
    WRITE_REDEMPTIONS = "redemptions:write", _("spend points on rewards, of who shows their card")
    USE_VOUCHERS = "vouchers:use", _("validate, reserve, capture and roll back vouchers")


class ApiClient(models.Model):
    """A till system or a web shop; `scopes` is what it may do, separated by spaces."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    source = models.ForeignKey(
        Source,
        verbose_name=_("source"),
        on_delete=models.PROTECT,
        related_name="clients",
        help_text=_(
            "The business its receipts belong to. A receipt number is unique within a source; "
            "several clients may report for one."
        ),
    )
    scopes = models.CharField(_("what it may do"), max_length=200)
    a_minute = models.PositiveIntegerField(
        _("requests a minute"),
        default=600,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text=_("Above this the client is asked to wait for the next minute."),
    )
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True, editable=False)
    made_at = models.DateTimeField(_("made at"), editable=False)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        ordering = ["name"]
        permissions = [("hold_api_keys", _("May make and end API keys"))]
        constraints = [
            models.CheckConstraint(condition=models.Q(a_minute__gte=1), name="client_may_ask"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may(self) -> frozenset[str]:
        return frozenset(self.scopes.split())


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "ApiKey":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def live(self, now: datetime) -> Self:
        return self.filter(
            models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=now),
            client__stopped_at__isnull=True,
        )


class ApiKey(models.Model):
    """
    One key of a client; only its SHA-256 is kept, and its first characters to know it by.

    A client may have two at once, so that it changes keys without an outage.
    """

    client = models.ForeignKey(
        ApiClient, verbose_name=_("API client"), on_delete=models.PROTECT, related_name="keys"
    )
    prefix = models.CharField(_("begins with"), max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["client", "-id"]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def is_live(self, now: datetime) -> bool:
        return self.client.stopped_at is None and (self.ends_at is None or self.ends_at > now)


class SentRequest(models.Model):
    """
    A request with an `Idempotency-Key` that was carried out, and its answer to the byte.

    `content` holds a keyed digest of each field, so that it can be said what differs and
    nothing of it can be read.
    """

    client = models.ForeignKey(
        ApiClient, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    route = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    content = models.JSONField()
    status = models.PositiveSmallIntegerField()
    answer = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("request sent")
        verbose_name_plural = _("requests sent")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "route", "key"], name="one_answer_an_idempotency_key"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.client_id} {self.route} {self.key}"
