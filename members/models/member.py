"""Who takes part in the program."""

from typing import Self

from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models.source import Source
from members.models.user import User


class MemberQuerySet(models.QuerySet["Member"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Member":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def taking_part(self) -> Self:
        return self.exclude(status=Member.Status.CLOSED)

    def matching(self, text: str) -> Self:
        """Find by the beginning of a name, an e-mail address or a card number, spaced or not."""
        beginning = text.strip().lower()
        if "\x00" in beginning:
            return self.none()
        digits = beginning.replace(" ", "")
        if digits.isdecimal():
            return self.filter(cards__number__startswith=digits).distinct()
        return self.annotate(lower_name=Lower("name")).filter(
            models.Q(lower_name__startswith=beginning) | models.Q(email__startswith=beginning)
        )


class Member(models.Model):
    """A person in the program; with a login, or known only by card until they claim it."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        FROZEN = "frozen", _("frozen")
        CLOSED = "closed", _("closed")

    class Through(models.TextChoices):
        PORTAL = "portal", _("the portal")
        STAFF = "staff", _("staff")
        TILL = "till", _("a till")
        IMPORT = "import", _("an import")

    user = models.OneToOneField(
        User,
        verbose_name=_("login"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="member",
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), null=True, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=User.Language, default=User.Language.DUTCH
    )
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.ACTIVE)
    joined_at = models.DateTimeField(_("joined at"))
    joined_through = models.CharField(_("joined through"), max_length=6, choices=Through)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["-id"]
        permissions = [
            ("look_up_member", _("May look up members at the counter")),
            ("freeze_member", _("May freeze and thaw memberships")),
            ("close_member", _("May close memberships")),
            ("see_as_member", _("May see what a member sees")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["email"], name="member_email_unique"),
            models.CheckConstraint(
                condition=models.Q(email__isnull=True)
                | (models.Q(email=Lower("email")) & ~models.Q(email="")),
                name="member_email_is_lower_case",
            ),
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False)
                | (~models.Q(status="closed") & models.Q(closed_at__isnull=True)),
                name="member_closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "frozen", "closed"]),
                name="member_status_is_known",
            ),
        ]
        indexes = [
            BrinIndex(fields=["joined_at"], name="member_by_time", pages_per_range=32),
            models.Index(
                fields=["id"], condition=~models.Q(status="active"), name="member_not_active"
            ),
            models.Index(
                OpClass(Lower("name"), name="varchar_pattern_ops"), name="member_name_prefix"
            ),
            models.Index(
                fields=["postal_code"],
                name="member_postal_prefix",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(fields=["birthday"], name="member_birthday"),
            models.Index(
                fields=["email"], name="member_email_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"#{self.pk}"

    @property
    def may_spend(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


class ExternalId(models.Model):
    """The number by which another system knows a member."""

    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(_("number there"), max_length=64)
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="external_ids"
    )

    class Meta:
        verbose_name = _("number elsewhere")
        verbose_name_plural = _("numbers elsewhere")
        ordering = ["source", "key"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="external_id_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
