"""Audiences: conditions with a name, to be used again."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.conditions import Condition, conditions_of
from members.models.triggers import never_deleted


class AudienceQuerySet(models.QuerySet["Audience"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Audience":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def in_use(self) -> Self:
        return self.filter(archived_at__isnull=True)


class Audience(models.Model):
    """
    A saved filter; without any condition it is everybody.

    A campaign copies the conditions when it is scheduled, so that changing them here changes
    nothing about what has been asked, approved or sent.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    conditions = models.JSONField(_("conditions"), default=list)
    edition = models.PositiveIntegerField(default=1, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"))
    changed_at = models.DateTimeField(_("changed at"))
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    counted = models.PositiveBigIntegerField(_("members"), null=True, blank=True)
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)

    objects = AudienceQuerySet.as_manager()

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="audience_has_a_name"),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def parsed(self) -> tuple[Condition, ...]:
        return conditions_of(self.conditions)
