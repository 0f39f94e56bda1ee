"""Coming in and going out: who may join, on which terms, who waits, who was invited, who left."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models.branding import ONLY
from members.models.member import Member
from members.models.triggers import append_only, never_emptied
from members.models.user import User


class JoiningRulesQuerySet(models.QuerySet["JoiningRules"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "JoiningRules":
        return self.select_for_update().get(pk=pk)


class JoiningRules(models.Model):
    """
    Who may come in, one row for the whole program; who holds its lock lets people in.

    The line and the capacity are for people who come by themselves. Who staff brought in,
    at a till, by an import or by an invitation, is in: they count, and never wait.
    """

    class Mode(models.TextChoices):
        OPEN = "open", _("open: everybody may join")
        INVITATION = "invitation", _("invitation: only who was invited, a pilot")
        WAITING_LIST = "waiting_list", _("waiting list: as many as there is room for")

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode, default=Mode.OPEN)
    capacity = models.PositiveIntegerField(_("room for"), null=True, blank=True)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), default=16)
    invitation_days = models.PositiveSmallIntegerField(
        _("an invitation holds, in days"), default=30
    )

    objects = JoiningRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("joining")
        verbose_name_plural = _("joining")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=ONLY), name="one_row_of_joining_rules"),
            models.CheckConstraint(
                condition=~models.Q(mode="waiting_list") | models.Q(capacity__isnull=False),
                name="waiting_list_has_a_capacity",
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_age__lte=99, invitation_days__range=(1, 365)),
                name="joining_figures_make_sense",
            ),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()

    @classmethod
    def current(cls) -> "JoiningRules":
        """Return the row, or the defaults as long as nobody set any."""
        return cls.objects.filter(pk=ONLY).first() or cls()

    @property
    def fingerprint(self) -> str:
        """What a form shows of these rules, to notice that somebody changed them meanwhile."""
        return f"{self.mode}/{self.capacity}/{self.minimum_age}/{self.invitation_days}"


class TermsQuerySet(models.QuerySet["Terms"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Terms":
        return self.select_for_update().get(pk=pk)

    def in_force(self, at: datetime) -> "Terms | None":
        return self.filter(published_at__lte=at).order_by("number").last()

    def to_accept(self, member_id: int, at: datetime) -> "Terms | None":
        """The version in force, as long as this member has not accepted it."""
        newest = self.filter(published_at__lte=at).order_by("-number").values("pk")[:1]
        accepted = Acceptance.objects.filter(member_id=member_id, terms=models.OuterRef("pk"))
        return self.filter(~models.Exists(accepted), pk=models.Subquery(newest)).first()


class Terms(models.Model):
    """The terms of taking part, a version; once published it stays word for word."""

    number = models.PositiveSmallIntegerField(_("version"), unique=True)
    text_nl = models.TextField(_("text in Dutch"), max_length=20_000)
    text_en = models.TextField(_("text in English"), max_length=20_000)
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

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ["-number"]
        permissions = [("publish_terms", _("May publish terms"))]
        triggers = [
            pgtrigger.Protect(
                name="immutable_once_published",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            never_emptied(),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def text(self) -> str:
        """The text in the reader's language."""
        return self.text_en if (get_language() or "nl").startswith("en") else self.text_nl


class Acceptance(models.Model):
    """A member accepted a version of the terms."""

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="acceptances"
    )
    terms = models.ForeignKey(
        Terms, verbose_name=_("terms"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    accepted_at = models.DateTimeField(_("accepted at"))

    class Meta:
        verbose_name = _("acceptance of terms")
        verbose_name_plural = _("acceptances of terms")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "terms"], name="terms_accepted_once"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.member_id}: {self.terms_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Invitation":
        return self.select_for_update().get(pk=pk)

    def open_at(self, now: datetime) -> Self:
        return self.filter(joined_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now)


class Invitation(models.Model):
    """A place in the pilot for one address; `member` is whom we knew already by card alone."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=User.Language, default=User.Language.DUTCH
    )
    member = models.ForeignKey(
        Member,
        verbose_name=_("known as"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("holds until"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)
    joined_as = models.ForeignKey(
        Member,
        verbose_name=_("joined as"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        permissions = [("invite_member", _("May invite people"))]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(joined_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_an_address",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(joined_at__isnull=True, joined_as__isnull=True)
                | models.Q(joined_at__isnull=False, joined_as__isnull=False),
                name="joined_invitation_names_a_member",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Filters that read as a sentence."""

    def waiting(self) -> Self:
        """Those in line, first come first."""
        return self.filter(
            queued_at__isnull=False, admitted_at__isnull=True, user__is_active=True
        ).order_by("queued_at", "id")

    def ahead_of(self, application: "Application") -> Self:
        """Those in line who came before."""
        earlier = models.Q(queued_at__lt=application.queued_at) | models.Q(
            queued_at=application.queued_at, pk__lt=application.pk
        )
        return self.waiting().filter(earlier)


class Application(models.Model):
    """
    What a person answered who wants to join; kept until, and after, they are let in.

    `queued_at` is set once there is no room for a verified address; `admitted_at` once the
    login is a member's.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        on_delete=models.PROTECT,
        related_name="application",
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    terms = models.ForeignKey(
        Terms,
        verbose_name=_("terms"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    wants_news = models.BooleanField(_("wants news by e-mail"), default=False)
    wording = models.CharField(_("what was asked"), max_length=300, blank=True)
    invitation = models.ForeignKey(
        Invitation,
        verbose_name=_("invitation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    applied_at = models.DateTimeField(_("applied at"))
    queued_at = models.DateTimeField(_("in line since"), null=True, blank=True)
    admitted_at = models.DateTimeField(_("let in at"), null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("person in line")
        verbose_name_plural = _("people in line")
        ordering = ["queued_at", "id"]
        indexes = [
            models.Index(
                fields=["queued_at", "id"],
                condition=models.Q(queued_at__isnull=False, admitted_at__isnull=True),
                name="application_in_line",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_waiting(self) -> bool:
        return self.queued_at is not None and self.admitted_at is None


class Departure(models.Model):
    """Why somebody ended their membership."""

    class Reason(models.TextChoices):
        LITTLE_USE = "little_use", _("I hardly used it")
        LITTLE_GAIN = "little_gain", _("It brought me too little")
        PRIVACY = "privacy", _("I don't want my purchases kept")
        MAIL = "mail", _("I got too much mail")
        MOVED = "moved", _("I moved, or shop elsewhere now")
        SERVICE = "service", _("I am not happy about the service")
        OTHER = "other", _("Another reason")
        UNSAID = "unsaid", _("I'd rather not say")
        STAFF = "staff", _("Closed by staff")

    member = models.OneToOneField(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="departure"
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    words = models.CharField(_("in their own words"), max_length=500, blank=True)
    balance = models.BigIntegerField(_("points left"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"))

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.get_reason_display()

    @property
    def is_own_choice(self) -> bool:
        return self.reason != self.Reason.STAFF
