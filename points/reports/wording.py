"""Points, money and days as a reader writes them, in the reader's language."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, wraps
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from points.local_time import NEVER, local_day, months_later
from points.rules import Rules

Written = TypeVar("Written")
MINUS = "−"
A_MOMENT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)
MONTHS_WITHOUT_YEAR = 11
"""Up to so far ahead a day and its month can mean only one day."""


def by_language(write: Callable[[Written], str]) -> Callable[[Written], str]:
    """Remember what was written in a language: a batch writes the same figures over and over."""

    @lru_cache(maxsize=4096)
    def remembered(value: Written, _language: str | None) -> str:
        return write(value)

    @wraps(write)
    def written(value: Written) -> str:
        return remembered(value, get_language())

    return written


@by_language
def whole(number: int) -> str:
    return number_format(number, force_grouping=True)


@by_language
def decimal(number: Decimal) -> str:
    """Write a number with the decimals it needs: 1, 1.5, 19.425."""
    plain = f"{number:f}"
    return number_format(
        plain.rstrip("0").rstrip(".") if "." in plain else plain, force_grouping=True
    )


@by_language
def points_text(points: int) -> str:
    """Write how many points, without a sign."""
    count = abs(points)
    return ngettext("%(points)s point", "%(points)s points", count) % {"points": whole(count)}


def signed(points: int) -> str:
    return f"{MINUS if points < 0 else '+'}{whole(abs(points))}"


@by_language
def money(amount: Decimal) -> str:
    return _("€%(amount)s") % {"amount": number_format(amount, decimal_pos=2, force_grouping=True)}


@by_language
def day(value: date) -> str:
    return date_format(value, "j F Y")


def near_day(value: date, today: date) -> str:
    """Name a day as one does who speaks today: no year where it goes without saying."""
    if value == today:
        return _("today")
    if value == today + A_DAY:
        return _("tomorrow")
    goes_without_saying = today < value <= months_later(today, MONTHS_WITHOUT_YEAR)
    return date_format(value, "j F" if goes_without_saying else "j F Y")


def in_time(before: date, today: date) -> str:
    """Say until when something can be done that is too late on the day `before`."""
    last = before - A_DAY
    if last <= today:
        return _("today")
    if last == today + A_DAY:
        return _("by tomorrow")
    return _("before %(day)s") % {"day": near_day(before, today)}


def last_day(expires_at: datetime, zone: ZoneInfo) -> date | None:
    """Return the last local day on which points can be spent; None is for ever."""
    return None if expires_at >= NEVER else local_day(expires_at - A_MOMENT, zone)


def tier_name(rules: Rules, rank: int) -> str:
    """Name a rank above 0 as this version does."""
    tier = rules.tiers[min(rank, rules.top) - 1]
    return tier.name_en if (get_language() or "nl").startswith("en") else tier.name_nl


def listed(words: list[str]) -> str:
    """Write "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}
