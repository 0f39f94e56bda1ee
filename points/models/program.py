"""Program versions: the rules, immutable once published."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.models.triggers import never_emptied


class ProgramVersionQuerySet(models.QuerySet["ProgramVersion"]):
    """Filters that read as a sentence."""

    def published(self) -> Self:
        return self.filter(published_at__isnull=False).order_by("effective_at")

    def drafts(self) -> Self:
        return self.filter(published_at__isnull=True)

    def in_force(self, at: datetime) -> "ProgramVersion | None":
        return self.published().filter(effective_at__lte=at).last()

    def replaced_by(self, draft: "ProgramVersion", now: datetime) -> "ProgramVersion | None":
        """Return the version that will be in force just before a draft takes effect."""
        at = max(now, draft.effective_at or now)
        return self.published().exclude(pk=draft.pk).filter(effective_at__lt=at).last()


class ProgramVersion(models.Model):
    """The rules of the program from an instant on. `rules` is what `program_file` accepts."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    name = models.CharField(_("name of the program"), max_length=80)
    effective_at = models.DateTimeField(_("effective at"), null=True, blank=True)
    rules = models.JSONField(_("rules"))
    digest = models.CharField(_("fingerprint"), max_length=64, editable=False)
    created_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("drafted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = ProgramVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("program version")
        verbose_name_plural = _("program versions")
        permissions = [("publish_programversion", _("May publish the rules of the program"))]
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["effective_at"],
                condition=models.Q(published_at__isnull=False),
                name="one_version_an_instant",
            ),
            models.UniqueConstraint(
                fields=["digest"],
                condition=models.Q(published_at__isnull=False),
                name="published_once",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(effective_at__isnull=False),
                name="published_has_a_date",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="immutable_once_published",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None
