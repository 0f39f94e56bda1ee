"""Which mail provider carries the letters, from the environment; refuses what could not work."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

NEEDED = {
    "brevo": ("BREVO_API_KEY",),
    "mailgun": ("MAILGUN_API_KEY", "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "mailjet": ("MAILJET_API_KEY", "MAILJET_SECRET_KEY"),
    "mailtrap": ("MAILTRAP_API_TOKEN",),
    "mandrill": ("MANDRILL_API_KEY", "MANDRILL_WEBHOOK_KEY"),
    "postmark": ("POSTMARK_SERVER_TOKEN",),
    "sparkpost": ("SPARKPOST_API_KEY",),
}
"""What each provider we know wants to be told in ANYMAIL."""
TRACKS_WHEN_ASKED = {"mailgun", "mailjet", "mandrill", "postmark", "sparkpost"}
"""Those that are told with every mail not to count who opens it; the others are set over there."""
SECRET = "WEBHOOK_SECRET"  # noqa: S105
SHORTEST_SECRET = 16


def provider_settings(provider: str, told: Mapping[str, str], email_url: str) -> dict[str, Any]:
    """Return Django's settings for a provider, in lower case; nothing where none is named."""
    if not provider:
        return {"EMAIL_PROVIDER": "", "ANYMAIL": {}}
    if provider not in NEEDED:
        known = ", ".join(sorted(NEEDED))
        raise ImproperlyConfigured(f"EMAIL_PROVIDER: “{provider}” is none we know; use {known}.")
    if email_url:
        raise ImproperlyConfigured(
            "EMAIL_PROVIDER and EMAIL_URL are both set: mail can go one way only; unset one."
        )
    missing = [name for name in (*NEEDED[provider], SECRET) if not told.get(name)]
    if missing:
        raise ImproperlyConfigured(
            f"ANYMAIL: {provider} also needs {', '.join(missing)};"
            f" set ANYMAIL={missing[0]}=…,{SECRET}=name:password."
        )
    _check_secret(told[SECRET])
    quiet = {"track_opens": False, "track_clicks": False}
    return {
        "EMAIL_PROVIDER": provider,
        "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        "ANYMAIL": {
            **told,
            "SEND_DEFAULTS": quiet if provider in TRACKS_WHEN_ASKED else {},
        },
    }


def read_pairs(text: str) -> dict[str, str]:
    """Read `NAME=value,NAME=value`; refuses what has no name."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if any(not equals for _name, equals, _value in pairs):
        raise ImproperlyConfigured(
            "ANYMAIL: write NAME=value,NAME=value, such as POSTMARK_SERVER_TOKEN=…,"
            f"{SECRET}=name:password."
        )
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def _check_secret(secret: str) -> None:
    name, colon, password = secret.partition(":")
    if not (name and colon and len(password) >= SHORTEST_SECRET):
        raise ImproperlyConfigured(
            f"ANYMAIL: {SECRET} must be a name and a password of {SHORTEST_SECRET} signs or more,"
            " as in klaver:a-long-random-password."
        )
