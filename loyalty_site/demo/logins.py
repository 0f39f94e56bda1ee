"""Who can log in to the demo. Everybody knows this second factor: it is for demos alone."""

import time
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from loyalty_site import staff_groups
from members.models import User

SHOP = "marktzicht.example"
SECRET = "KLAVERDEMOMARKTZICHT2345"  # noqa: S105 - known to all, on purpose


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at Marktzicht, in one group; the manager may do everything."""

    email: str
    name: str
    group: str = ""

    @property
    def is_superuser(self) -> bool:
        return not self.group


MANAGER = Colleague(f"admin@{SHOP}", "Marijke Veldman")
TEAM = (
    Colleague(f"balie@{SHOP}", "Joost Hulst", staff_groups.COUNTER.key),
    Colleague(f"service@{SHOP}", "Fatima Amrani", staff_groups.SERVICE.key),
    Colleague(f"marketing@{SHOP}", "Daan Kuipers", staff_groups.MARKETING.key),
    Colleague(f"boekhouding@{SHOP}", "Els van Houten", staff_groups.FINANCE.key),
    Colleague(f"privacy@{SHOP}", "Ruben Polak", staff_groups.PRIVACY.key),
    Colleague(f"beheer@{SHOP}", "Nadia Schouten", staff_groups.ADMIN.key),
)


def login_of(colleague: Colleague) -> User:
    return User.objects.get(email=colleague.email)


def login_in(group: str) -> User:
    """Return the login of who works in this group."""
    return login_of(next(one for one in TEAM if one.group == group))


def current_code() -> str:
    """Return what an authenticator app with the demo's secret shows now."""
    value = hotp_value(SECRET, int(time.time()) // app_settings.TOTP_PERIOD)
    return str(format_hotp_value(value))
