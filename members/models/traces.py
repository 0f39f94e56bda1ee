"""What staff did and whom they looked at; rows come and stay as they are."""

from typing import Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.triggers import append_only


class StaffActQuerySet(models.QuerySet["StaffAct"]):
    """Filters that read as a sentence."""

    def on(self, thing: models.Model) -> Self:
        """All that was done to one row, the latest first."""
        return (
            self.filter(
                content_type=ContentType.objects.get_for_model(thing), object_id=str(thing.pk)
            )
            .select_related("staff")
            .order_by("-id")
        )


class StaffAct(models.Model):
    """
    Who did what to which row, what it was before and after, and why.

    `before` and `after` hold the changed fields alone. `member` is whom it concerned, if anybody.
    """

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("when"))
    what = models.CharField(_("what"), max_length=300)
    content_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    object_id = models.CharField(max_length=40)
    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_acts",
    )
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.CharField(_("why"), max_length=200, blank=True)

    objects = StaffActQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff act")
        verbose_name_plural = _("what staff did")
        ordering = ["-id"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="staff_act_on")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.what


class Look(models.Model):
    """A member of staff looked at a member's data."""

    class Through(models.TextChoices):
        PAGE = "page", _("the member's page")
        COUNTER = "counter", _("the counter")
        PORTAL = "portal", _("the portal as the member sees it")

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="looks"
    )
    at = models.DateTimeField(_("when"))
    through = models.CharField(_("where"), max_length=8, choices=Through)

    class Meta:
        verbose_name = _("look at a member")
        verbose_name_plural = _("looks at members")
        ordering = ["-id"]
        indexes = [BrinIndex(fields=["at"], name="look_by_time", pages_per_range=32)]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.staff_id} → {self.member_id}"
