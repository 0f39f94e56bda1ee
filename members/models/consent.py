"""What members agreed to be sent; every yes and no stays on record."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from members.models.triggers import append_only, keep_the_last_word


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Filters that read as a sentence."""

    def latest_of(self, member_id: int) -> Self:
        """The last word on each topic and channel."""
        return (
            self.filter(member_id=member_id)
            .order_by("topic", "channel", "-id")
            .distinct("topic", "channel")
        )

    def is_given(self, member_id: int, topic: "Consent.Topic", channel: "Consent.Channel") -> bool:
        """Whether the last word on this was yes."""
        last = (
            self.filter(member_id=member_id, topic=topic, channel=channel)
            .order_by("-id")
            .values_list("given", flat=True)
            .first()
        )
        return bool(last)


class Consent(models.Model):
    """One yes or no: who, when, to what, in answer to which words, and how it was given."""

    class Topic(models.TextChoices):
        NEWS = "news", _("news and offers")
        PERSONAL = "personal", _("offers that suit what you buy")
        SURVEYS = "surveys", _("questions about how you like it")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")

    class How(models.TextChoices):
        JOINING = "joining", _("when joining")
        PROFILE = "profile", _("on the profile page")
        STAFF = "staff", _("by staff")
        TILL = "till", _("at a till")
        IMPORT = "import", _("in an earlier program")
        LETTER = "letter", _("by the link in a letter")
        STOP = "stop", _("by the stop link")
        PAGE = "page", _("on the page of mail preferences")
        SPAM = "spam", _("by reporting mail as unwanted")

    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="consents"
    )
    topic = models.CharField(_("topic"), max_length=12, choices=Topic)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    given = models.BooleanField(_("agreed"))
    given_at = models.DateTimeField(_("when"))
    how = models.CharField(_("how"), max_length=8, choices=How)
    wording = models.CharField(_("what was asked"), max_length=300)
    proof = models.CharField(_("proof elsewhere"), max_length=200, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-id"]
        triggers = [*append_only(), keep_the_last_word()]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.topic}/{self.channel} {'+' if self.given else '-'}"


class LatestConsent(models.Model):
    """
    The last word on a topic and channel, as one row that a mailing can look up.

    The database writes it when a consent is written; nobody else does.
    """

    member = models.ForeignKey(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    topic = models.CharField(_("topic"), max_length=12, choices=Consent.Topic)
    channel = models.CharField(_("channel"), max_length=8, choices=Consent.Channel)
    given = models.BooleanField(_("agreed"))
    consent = models.OneToOneField(
        Consent, verbose_name=_("consent"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("latest consent")
        verbose_name_plural = _("latest consents")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "topic", "channel"], name="one_last_word", include=["given"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.consent)
