"""Where facts come from."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

PROGRAM_SOURCE = 1
"""The id of the source of everything the program does by itself; made by the first migration."""


class SourceQuerySet(models.QuerySet["Source"]):
    """Filters that read as a sentence."""

    def businesses(self) -> Self:
        """Leave the program itself out."""
        return self.exclude(pk=PROGRAM_SOURCE)

    def only_one(self) -> "Source | None":
        """Return the one there is to choose, so that nobody has to."""
        found = self[:2]
        return found[0] if len(found) == 1 else None


class Source(models.Model):
    """A business, a chain or a shop system; receipts are unique within it."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Use a-z, 0-9 and hyphens."))],
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
