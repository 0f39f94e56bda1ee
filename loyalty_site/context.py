"""What every portal page knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from loyalty_site.handbook import chapter_of
from loyalty_site.program import program_name
from loyalty_site.security import in_back_office
from members.branding_cache import current_branding, look_of
from members.models import Member
from members.terms_cache import terms_in_force
from members.views.door import member_of, seen_as

Choice = tuple[Promise, str, str]
"""What a place is called, the name of its address, and its icon."""


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places in the navigation."""

    label: Promise
    url: str
    icon: str
    current: str
    """"page" on the page itself, "true" on one below it, as `aria-current` has it."""


MEMBER_PLACES = [
    (pgettext_lazy("navigation", "Home"), "home", "home"),
    (pgettext_lazy("navigation", "Points"), "points:book", "points"),
    (pgettext_lazy("navigation", "Rewards"), "rewards:catalog", "rewards"),
    (pgettext_lazy("navigation", "Program"), "landing", "program"),
]
"""The bar holds up to five."""
CARD = (pgettext_lazy("navigation", "Card"), "members:card", "card")
PROFILE = (pgettext_lazy("navigation", "Profile"), "members:profile", "account")
OUTSIDER_PLACES = [
    (pgettext_lazy("navigation", "Home"), "home", "home"),
    (pgettext_lazy("navigation", "Program"), "landing", "program"),
    (_("Log out"), "account_logout", "logout"),
]
"""For who is logged in and no member (yet)."""
VISITOR_PLACES = [
    (_("The program"), "landing", "program"),
    (pgettext_lazy("navigation", "Rewards"), "rewards:catalog", "rewards"),
    (_("Log in"), "account_login", "login"),
    (_("Join"), "account_signup", "join"),
]
BELOW = {
    "points:book": ["points:book"],
    "rewards:catalog": ["rewards:catalog", "rewards:vouchers"],
    "landing": ["members:terms"],
    "members:profile": [
        "members:leave",
        "members:my_terms",
        "account_email",
        "mfa_index",
        "usersessions_list",
    ],
    "account_login": ["account_login"],
    "account_signup": ["account_signup"],
}
"""Where the pages below a place begin."""


def portal(request: HttpRequest) -> dict[str, Any]:
    """Name the program, the places one can go to and the other language."""
    if in_back_office(request) and seen_as(request) is None:
        return {"explained_in": chapter_of(request)}
    branding, now = current_branding(), timezone.now()
    member = member_of(request)
    return {
        "branding": branding,
        "look": look_of(branding),
        "program_name": program_name(branding, now),
        "places": places(request, _places(request, member)),
        "at_hand": places(request, _at_hand(member)),
        "has_terms": terms_in_force(now) is not None,
        "other_languages": other_languages(),
        "shows_outbox": shows_outbox(),
    }


def shows_outbox() -> bool:
    """Whether mail stays on this machine, where its page shows it."""
    return settings.DEBUG and settings.EMAIL_BACKEND.startswith("mailroom.outbox.")


def is_known(request: HttpRequest) -> bool:
    # A request that was refused early has no user yet.
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _places(request: HttpRequest, member: Member | None) -> Sequence[Choice]:
    if member is not None:
        return MEMBER_PLACES
    return OUTSIDER_PLACES if is_known(request) else VISITOR_PLACES


def _at_hand(member: Member | None) -> Sequence[Choice]:
    """The card is for who takes part; who no longer does keeps their profile."""
    if member is None:
        return []
    return [PROFILE] if member.status == Member.Status.CLOSED else [CARD, PROFILE]


def places(request: HttpRequest, chosen: Sequence[Choice]) -> list[Place]:
    return [
        Place(label, _address(name), icon, _current(request.path, name))
        for label, name, icon in chosen
    ]


def _current(path: str, name: str) -> str:
    if path == _address(name):
        return "page"
    below = BELOW.get(name, ())
    return "true" if any(path.startswith(_address(start)) for start in below) else ""


@cache
def _address(name: str) -> str:
    """An address that says nothing but its name is the same on every page."""
    return reverse(name)


def other_languages() -> list[dict[str, Any]]:
    """Every language but the one being spoken, each by its own name."""
    spoken = (get_language() or settings.LANGUAGE_CODE)[:2]
    return [
        {"code": code, "name": get_language_info(code)["name_local"].capitalize()}
        for code, _name in settings.LANGUAGES
        if code != spoken
    ]
