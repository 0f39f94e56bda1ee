"""The mails that allauth sends, in our own words and layout; they leave at once."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from loyalty_site.devices import device
from mailroom.kinds import Kind
from mailroom.wording import write_letter
from members import adapter as members_adapter

SIGNUP, LOGIN, SECURITY = "account_signup", "account_login", "mfa_index"
LETTERS = {
    "account/email/login_code": ("account/login_code", ""),
    "account/email/email_confirmation": ("account/confirm_address", ""),
    "account/email/email_confirmation_signup": ("account/confirm_address", ""),
    "account/email/account_already_exists": ("account/account_already_exists", LOGIN),
    "account/email/unknown_account": ("account/unknown_account", SIGNUP),
    "account/email/email_changed": ("account/email_changed", ""),
    "account/email/email_deleted": ("account/email_deleted", SECURITY),
    "mfa/email/totp_activated": ("account/totp_activated", SECURITY),
    "mfa/email/totp_deactivated": ("account/totp_deactivated", SECURITY),
    "mfa/email/recovery_codes_generated": ("account/recovery_codes_generated", SECURITY),
    "mfa/email/webauthn_added": ("account/webauthn_added", SECURITY),
    "mfa/email/webauthn_removed": ("account/webauthn_removed", SECURITY),
}
"""What allauth calls a mail, our source for it, and the page its button leads to."""
TOLD = ("code", "email", "to_email", "from_email", "deleted_email")
"""What allauth knows and our letters may say."""


class AccountAdapter(members_adapter.AccountAdapter):
    """Writes allauth's mails as we write every letter."""

    def render_mail(
        self,
        template_prefix: str,
        email: str,
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMultiAlternatives:
        """Write the mail; a mail that we have no words for is an error, not allauth's English."""
        source, page = LETTERS[template_prefix]
        language = (get_language() or settings.LANGUAGE_CODE)[:2]
        told = {name: str(context[name]) for name in TOLD if name in context}
        written = write_letter(
            source,
            language=language,
            reader=_reader(context),
            # Never from the request: whoever asks chooses the host it names.
            url=f"{settings.SITE_URL}{reverse(page)}" if page else "",
            now=timezone.now(),
            **told | _circumstances(context),
        )
        message = EmailMultiAlternatives(
            subject=written.subject,
            body=written.text,
            from_email=self.get_from_email(),
            to=[email],
            headers={
                "Auto-Submitted": "auto-generated",
                "Content-Language": language,
                **(headers or {}),
            },
        )
        message.attach_alternative(written.html, "text/html")
        return message


def _reader(context: dict[str, Any]) -> str:
    """Name whom it is about, as far as that is certain."""
    user = context.get("user") or getattr(context.get("request"), "user", None)
    return user.name if user is not None and user.is_authenticated else ""


def _circumstances(context: dict[str, Any]) -> dict[str, str]:
    """When something happened to a login, and with which device."""
    if "timestamp" not in context:
        return {}
    moment = timezone.localtime(context["timestamp"])
    told = str(context.get("user_agent", ""))
    return {
        "moment": date_format(moment, "DATETIME_FORMAT"),
        "device": device(told) or _("an unknown device"),
    }


CODE = {"code": "K3P7QX"}
NOTICE: dict[str, str | Promise] = {
    "moment": gettext_lazy("15 June 2026, 10:42"),
    "device": "Firefox · Windows",
}
SECURED = gettext_lazy("To the owner of the login, at once. Not kept.")
KINDS = (
    Kind(
        "account/login_code",
        gettext_lazy("Code to log in"),
        gettext_lazy("To whoever wants to log in, within seconds. Not kept: it holds a key."),
        facts=CODE,
    ),
    Kind(
        "account/confirm_address",
        gettext_lazy("Code to confirm an address"),
        gettext_lazy("To whoever joins or changes their address, within seconds. Not kept."),
        facts=CODE,
    ),
    Kind(
        "account/account_already_exists",
        gettext_lazy("Member already"),
        gettext_lazy("When somebody joins with the address of a member, at once. Not kept."),
        path="/account/login/",
        facts={"email": "anna@example.nl"},
    ),
    Kind(
        "account/unknown_account",
        gettext_lazy("Unknown address"),
        gettext_lazy("When somebody logs in with an address that nobody has, at once. Not kept."),
        path="/account/signup/",
        facts={"email": "anna@example.nl"},
    ),
    *(
        Kind(f"account/{name}", title, goes, path="/account/2fa/", facts={**NOTICE, **facts})
        for name, title, goes, facts in (
            (
                "email_changed",
                gettext_lazy("Address changed"),
                gettext_lazy("To the earlier address of a login, at once. Not kept."),
                {"to_email": "anna@example.nl", "from_email": "a.visser@example.nl"},
            ),
            (
                "email_deleted",
                gettext_lazy("Address removed"),
                gettext_lazy("When an address is removed from a login, at once. Not kept."),
                {"deleted_email": "a.visser@example.nl"},
            ),
            ("totp_activated", gettext_lazy("Authenticator app added"), SECURED, {}),
            ("totp_deactivated", gettext_lazy("Authenticator app removed"), SECURED, {}),
            ("recovery_codes_generated", gettext_lazy("New recovery codes"), SECURED, {}),
            ("webauthn_added", gettext_lazy("Passkey added"), SECURED, {}),
            ("webauthn_removed", gettext_lazy("Passkey removed"), SECURED, {}),
        )
    ),
)
