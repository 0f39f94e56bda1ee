"""The handbook of staff: the chapters of docs/staff, and which page each one belongs to."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy
from markdown_it import MarkdownIt


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of the handbook; `pages` are the beginnings of the addresses it explains."""

    key: str
    title: Promise
    pages: tuple[str, ...]


CHAPTERS = (
    Chapter("counter", pgettext_lazy("chapter", "At the counter"), ("counter", "members_card")),
    Chapter(
        "dispute",
        pgettext_lazy("chapter", "Settling a dispute"),
        (
            "members_member",
            "members_approval",
            "points_entry",
            "points_purchase",
            "points_unusualuse",
            "mailroom_suppression",
            "rewards_voucher",
        ),
    ),
    Chapter(
        "pilot",
        pgettext_lazy("chapter", "A pilot, and going live"),
        ("points_spending", "members_invitation", "members_application", "members_joiningrules"),
    ),
    Chapter(
        "campaign",
        pgettext_lazy("chapter", "Sending a mailing"),
        ("campaigns_", "mailroom_mailrules"),
    ),
    Chapter(
        "rewards",
        pgettext_lazy("chapter", "The catalog"),
        ("rewards_reward", "rewards_redemption"),
    ),
    Chapter(
        "codes",
        pgettext_lazy("chapter", "Codes for print and partners"),
        ("rewards_batch", "rewards_couponrule", "rewards_wrongtry"),
    ),
    Chapter(
        "rules",
        pgettext_lazy("chapter", "Changing the rules"),
        ("points_programversion", "points_replay", "points_rules", "members_terms"),
    ),
)


def chapter_named(key: str) -> Chapter | None:
    return next((chapter for chapter in CHAPTERS if chapter.key == key), None)


def chapter_of(request: HttpRequest) -> Chapter | None:
    """Find the chapter that explains the page being looked at."""
    name = request.resolver_match.url_name if request.resolver_match else None
    return next((chapter for chapter in CHAPTERS if (name or "").startswith(chapter.pages)), None)


@lru_cache(maxsize=16)
def text_of(key: str, language: str) -> SafeString:
    """
    Return a chapter as HTML, without its heading, which the page has.

    The files are ours, and HTML in them is not let through.
    """
    file = settings.BASE_DIR / "docs" / "staff" / language / f"{key}.md"
    _heading, text = file.read_text().split("\n", 1)
    written: str = MarkdownIt("commonmark", {"html": False}).render(text)
    return mark_safe(written)  # noqa: S308
