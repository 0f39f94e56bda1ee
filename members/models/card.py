"""Cards: what a till scans."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class CardQuerySet(models.QuerySet["Card"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Card":
        return self.select_for_update().get(pk=pk)

    def active(self) -> Self:
        return self.filter(blocked_at__isnull=True)


class Card(models.Model):
    """A number that identifies a member and authenticates nobody."""

    number = models.CharField(_("number"), max_length=13, unique=True)
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="cards"
    )
    issued_at = models.DateTimeField(_("issued at"))
    blocked_at = models.DateTimeField(_("blocked at"), null=True, blank=True)
    block_reason = models.CharField(_("why blocked"), max_length=120, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^2[0-9]{12}$"), name="card_number_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_active(self) -> bool:
        return self.blocked_at is None
