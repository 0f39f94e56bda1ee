"""Who can log in to the demo. Everybody knows this second factor: it is for demos alone."""

import time
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

SHOP = "marktzicht.example"
SECRET = "KLAVERDEMOMARKTZICHT2345"  # noqa: S105 - known to all, on purpose
VIEWERS = "Balie (alleen kijken)"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at Marktzicht."""

    email: str
    name: str
    is_superuser: bool


MANAGER = Colleague(f"admin@{SHOP}", "Marijke Veldman", is_superuser=True)
COUNTER = Colleague(f"balie@{SHOP}", "Joost Hulst", is_superuser=False)


def current_code() -> str:
    """Return what an authenticator app with the demo's secret shows now."""
    value = hotp_value(SECRET, int(time.time()) // app_settings.TOTP_PERIOD)
    return str(format_hotp_value(value))
