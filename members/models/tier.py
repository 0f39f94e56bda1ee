"""Tiers, and who stood in which from when."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Tier(models.Model):
    """A level of the program; rank 0 is where everybody starts."""

    rank = models.PositiveSmallIntegerField(_("rank"), primary_key=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["rank"]
        constraints = [
            models.CheckConstraint(condition=models.Q(rank__lte=9), name="tier_rank_to_nine"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "nl").startswith("en") else self.name_nl


class Placement(models.Model):
    """From `since` on this member stands in this tier, until the next placement."""

    class Reason(models.TextChoices):
        ROSE = "rose", _("reached the threshold")
        FELL = "fell", _("stayed below the threshold")
        REVISED = "revised", _("the program changed")

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="placements",
        db_index=False,
    )
    tier = models.ForeignKey(
        Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since = models.DateTimeField(_("since"))
    recorded_at = models.DateTimeField(_("recorded at"))
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["member", "since"], name="placement_member_since")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.tier_id} ({self.since:%Y-%m-%d})"
