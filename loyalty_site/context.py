"""What every portal page knows."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from members.views.door import seen_as


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places in the navigation."""

    label: Promise
    url: str
    icon: str
    is_current: bool


MEMBER_PLACES = [
    (pgettext_lazy("navigation", "Home"), "home", "home"),
    (pgettext_lazy("navigation", "Points"), "points:book", "points"),
    (pgettext_lazy("navigation", "Program"), "landing", "program"),
]
"""The bar holds up to five."""
AT_HAND = [
    (pgettext_lazy("navigation", "Card"), "members:card", "card"),
    (pgettext_lazy("navigation", "Profile"), "members:profile", "account"),
]
VISITOR_PLACES = [
    (_("The program"), "landing", "program"),
    (_("Log in"), "account_login", "login"),
    (_("Join"), "account_signup", "join"),
]


def portal(request: HttpRequest) -> dict[str, Any]:
    """Name the program, the places one can go to and the other language."""
    if in_back_office(request) and seen_as(request) is None:
        return {"explained_in": chapter_of(request)}
    branding = current_branding()
    known = is_known(request)
    return {
        "branding": branding,
        "look": look_of(branding),
        "program_name": program_name(branding, timezone.now()),
        "places": places(request, MEMBER_PLACES if known else VISITOR_PLACES),
        "at_hand": places(request, AT_HAND) if known else [],
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


def places(request: HttpRequest, chosen: Sequence[tuple[Promise, str, str]]) -> list[Place]:
    return [
        Place(label, url := reverse(name), icon, is_current=request.path == url)
        for label, name, icon in chosen
    ]


def other_languages() -> list[dict[str, Any]]:
    """Every language but the one being spoken, each by its own name."""
    spoken = (get_language() or settings.LANGUAGE_CODE)[:2]
    return [
        {"code": code, "name": get_language_info(code)["name_local"].capitalize()}
        for code, _name in settings.LANGUAGES
        if code != spoken
    ]
