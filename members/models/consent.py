"""What members agreed to be sent; every yes and no stays on record."""

import hashlib
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

    def stopped_by(self, mailing: int) -> int:
        """How many members said no by the links of a mailing."""
        stopped = self.filter(mailing=mailing, given=False)
        return stopped.values("member_id").distinct().count()


class Consent(models.Model):
    """
    One yes or no: who, when, to what, in answer to which words, and how it was given.

    `address` is the mailbox it was about; a yes that a letter confirmed names the request.
    `mailing` is the number of the mailing whose link was followed, in the room above.
    """

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
    language = models.CharField(_("language of it"), max_length=2, blank=True)
    address = models.EmailField(_("about this address"), blank=True)
    request = models.ForeignKey(
        "members.ConsentRequest",
        verbose_name=_("confirmed request"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        db_index=False,
    )
    mailing = models.BigIntegerField(_("by the link of mailing"), null=True, blank=True)
    proof = models.CharField(_("what proves it"), max_length=200, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-id"]
        permissions = [("answer_for_member", _("May write down what members say about mail"))]
        indexes = [
            models.Index(
                fields=["mailing", "member"],
                condition=models.Q(mailing__isnull=False),
                name="consent_by_mailing",
            ),
        ]
        triggers = [*append_only(), keep_the_last_word()]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.topic}/{self.channel} {'+' if self.given else '-'}"

    @property
    def text_version(self) -> str:
        """A few signs that are the same for the same words, and for no others."""
        return hashlib.sha256(self.wording.encode()).hexdigest()[:8] if self.wording else ""


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
