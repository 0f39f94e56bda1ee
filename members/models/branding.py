"""How the program looks and speaks: one row for the whole business."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

ONLY = 1
"""The id of a row of which there is one."""

hex_color = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write a color as # and six digits: #1f6b45."))


class Branding(models.Model):
    """
    Name, logo, colors, tone and contact; portal, card, mail and paper follow.

    `logo` is a PNG made anew from what was uploaded; `logo_digest` names it in its address.
    """

    class Tone(models.TextChoices):
        WARM = "warm", _("warm: “Hi Anna”")
        PLAIN = "plain", _("plain: “Hello Anna”")
        FORMAL = "formal", _("formal: “Dear Anna”")

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(_("name"), max_length=40, blank=True)
    tagline_nl = models.CharField(_("in one line, Dutch"), max_length=90, blank=True)
    tagline_en = models.CharField(_("in one line, English"), max_length=90, blank=True)
    color = models.CharField(
        _("main color"), max_length=7, default="#054a2b", validators=[hex_color]
    )
    accent = models.CharField(
        _("second color"), max_length=7, default="#076335", validators=[hex_color]
    )
    tone = models.CharField(_("tone"), max_length=6, choices=Tone, default=Tone.PLAIN)
    logo = models.BinaryField(_("logo"), default=b"", editable=False)
    logo_digest = models.CharField(max_length=16, default="", editable=False)
    contact_email = models.EmailField(_("e-mail address for questions"), blank=True)
    contact_phone = models.CharField(_("phone number"), max_length=30, blank=True)
    contact_address = models.CharField(_("postal address"), max_length=160, blank=True)
    website = models.URLField(_("web site"), blank=True)

    class Meta:
        verbose_name = _("branding")
        verbose_name_plural = _("branding")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=ONLY), name="one_branding"),
            models.CheckConstraint(
                condition=models.Q(color__regex=r"^#[0-9a-fA-F]{6}$")
                & models.Q(accent__regex=r"^#[0-9a-fA-F]{6}$"),
                name="branding_colors_are_hex",
            ),
        ]

    def __str__(self) -> str:
        return self.name or "Klaver"

    @classmethod
    def current(cls) -> "Branding":
        """Return the row without its logo, or the defaults as long as nobody set any."""
        return cls.objects.defer("logo").filter(pk=ONLY).first() or cls()

    @classmethod
    def stored_logo(cls, digest: str) -> bytes:
        """Return the logo with that digest; nothing if there is none, or by now another."""
        row = cls.objects.filter(pk=ONLY, logo_digest=digest).exclude(logo=b"").only("logo").first()
        return bytes(row.logo) if row else b""

    @property
    def tagline(self) -> str:
        """The line in the reader's language, or in the other if only that is known."""
        speaks_english = (get_language() or "nl").startswith("en")
        first, second = (
            (self.tagline_en, self.tagline_nl)
            if speaks_english
            else (self.tagline_nl, self.tagline_en)
        )
        return first or second

    @property
    def has_contact(self) -> bool:
        return any((self.contact_email, self.contact_phone, self.contact_address, self.website))

    @property
    def phone_digits(self) -> str:
        """The number as a phone dials it."""
        return "".join(sign for sign in self.contact_phone if sign.isdecimal() or sign == "+")

    @property
    def website_name(self) -> str:
        """The web site as people say it: marktzicht.example."""
        return self.website.partition("://")[2].removeprefix("www.").rstrip("/")

    def greeting(self, name: str) -> str:
        """Greet somebody by their first name in the tone of the house, or without any name."""
        first = " ".join(name.split()[:1])
        words = {
            self.Tone.WARM: (gettext("Hi %(name)s"), pgettext("greeting", "Hi there")),
            self.Tone.PLAIN: (gettext("Hello %(name)s"), pgettext("greeting", "Hello")),
            self.Tone.FORMAL: (gettext("Dear %(name)s"), pgettext("greeting", "Dear customer")),
        }
        named, nameless = words[self.Tone(self.tone)]
        return named % {"name": first} if first else nameless
