"""
What one set of rules says otherwise than another, in plain words, key by key.

It walks whatever a program holds: tables within tables, and lists of tables, whose rows are
matched by name. A key that has no words here yet is shown by its own name.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from points.file_values import WEEKDAYS as WEEKDAY_NAMES
from points.reports.wording import day, decimal, listed, money, whole

Table = Mapping[str, Any]
ABSENT = "–"
NOT_RULES = {"effective_at"}
NAMES = ("name", "name_nl", "name_en")

SECTIONS: Mapping[str, Promise] = {
    "": gettext_lazy("The program"),
    "earning": gettext_lazy("Earning"),
    "expiry": gettext_lazy("How long points last"),
    "refunds": gettext_lazy("Returns"),
    "tiers": gettext_lazy("Tiers"),
}
ROWS: Mapping[str, Promise] = {
    "tier": gettext_lazy("Tier %(name)s"),
    "rule": gettext_lazy("Earning rule %(name)s"),
}
KEYS: Mapping[str, Promise] = {
    "name": gettext_lazy("Name"),
    "name_nl": gettext_lazy("Name in Dutch"),
    "name_en": gettext_lazy("Name in English"),
    "currency": gettext_lazy("Currency"),
    "time_zone": gettext_lazy("Time zone"),
    "points_per_unit": gettext_lazy("Points for every euro"),
    "rounding": gettext_lazy("Rounding of a purchase"),
    "pending_days": gettext_lazy("Wait before points can be spent"),
    "welcome_bonus": gettext_lazy("Points as a welcome"),
    "stacking": gettext_lazy("Where multipliers meet"),
    "excluded_categories": gettext_lazy("Categories that earn nothing"),
    "valid_months": gettext_lazy("Points are valid for"),
    "policy": gettext_lazy("A return whose points were spent"),
    "return_window_days": gettext_lazy("Time to return something"),
    "window_days": gettext_lazy("Period that counts for a tier"),
    "grace_days": gettext_lazy("Grace before a member falls"),
    "step": gettext_lazy("How far a member falls"),
    "threshold": gettext_lazy("Status points needed"),
    "multiplier": gettext_lazy("Points are multiplied by"),
    "points": gettext_lazy("Extra points"),
    "points_per_piece": gettext_lazy("Points for each piece"),
    "take": gettext_lazy("Of every so many pieces"),
    "pay": gettext_lazy("so many are paid for"),
    "back_at": gettext_lazy("Points for each euro that comes back"),
    "categories": gettext_lazy("Categories"),
    "products": gettext_lazy("Products"),
    "least_base": gettext_lazy("From how many euros"),
    "starts": gettext_lazy("First day"),
    "ends": gettext_lazy("Last day"),
    "weekdays": gettext_lazy("Days of the week"),
    "hours": gettext_lazy("Hours"),
    "stores": gettext_lazy("Stores"),
    "channels": gettext_lazy("Channels"),
    "from_tier": gettext_lazy("From this tier on"),
    "first_purchase": gettext_lazy("Only on a member's first purchase"),
    "birthday_days": gettext_lazy("Days around the birthday"),
    "most_points": gettext_lazy("At most so many points"),
    "most_per": gettext_lazy("a member and"),
    "remainder": gettext_lazy("What rounding leaves"),
}
CHOICES: Mapping[tuple[str, str], Promise] = {
    ("rounding", "down"): pgettext_lazy("rounding", "down"),
    ("rounding", "half_up"): pgettext_lazy("rounding", "to the nearest"),
    ("rounding", "up"): pgettext_lazy("rounding", "up"),
    ("stacking", "best"): gettext_lazy("the best one counts"),
    ("stacking", "sum"): gettext_lazy("their extras are added up"),
    ("stacking", "product"): gettext_lazy("they multiply each other"),
    ("policy", "debt"): gettext_lazy("comes off the next points"),
    ("policy", "within_balance"): gettext_lazy("takes no more than there is"),
    ("most_per", "purchase"): gettext_lazy("a purchase"),
    ("most_per", "day"): gettext_lazy("a day"),
    ("most_per", "week"): gettext_lazy("a week"),
    ("most_per", "month"): gettext_lazy("a month"),
    ("most_per", "year"): gettext_lazy("a year"),
    ("remainder", "carry"): gettext_lazy("goes along to the next purchase"),
    ("step", "none"): gettext_lazy("never"),
    ("step", "one"): gettext_lazy("one tier"),
    ("step", "full"): gettext_lazy("to the tier that is reached"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One rule: what it is about, what holds before and what the other version says."""

    about: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section, or a row such as a tier; `kind` is added, removed or changed."""

    title: str
    kind: str
    changes: tuple[Change, ...]


def difference(before: Table, after: Table) -> list[Part]:
    """List all that two sets of rules say differently; their dates are not rules."""
    parts = list(_parts("", before, after))
    for name in _keys(before, after):
        one, other = before.get(name), after.get(name)
        if isinstance(one, Mapping) or isinstance(other, Mapping):
            parts += _parts(name, _table(one), _table(other))
    return parts


def _parts(name: str, before: Table, after: Table) -> Iterator[Part]:
    """Yield the section with the keys that differ, then its rows that do."""
    plain = tuple(_changes(before, after, top=not name))
    if plain:
        title = SECTIONS.get(name) or _humanized(name)
        yield Part(str(title), "changed", plain)
    for key in _keys(before, after):
        one, other = before.get(key, []), after.get(key, [])
        if _is_rows(one) or _is_rows(other):
            yield from _rows(key, one, other)


def _rows(key: str, before: list[Table], after: list[Table]) -> Iterator[Part]:
    old, new = _named(before), _named(after)
    for name in [*new, *(name for name in old if name not in new)]:
        one, other = old.get(name, {}), new.get(name, {})
        changes = tuple(_changes(one, other))
        if not changes:
            continue
        kind = "changed" if one and other else "added" if other else "removed"
        title = str(ROWS.get(key, "%(name)s")) % {"name": _title(other or one, name[0])}
        yield Part(title, kind, changes)


def _changes(before: Table, after: Table, *, top: bool = False) -> Iterator[Change]:
    """Yield each key that differs; of a table within, its own keys."""
    for key in _keys(before, after):
        one, other = before.get(key), after.get(key)
        if one == other or _is_rows(one) or _is_rows(other):
            continue
        if isinstance(one, Mapping) or isinstance(other, Mapping):
            # Sections of the program are parts of their own.
            if not top:
                yield from _changes(_table(one), _table(other))
            continue
        # A new or removed row says all it holds but its name, which is its title.
        if (not before or not after) and key in NAMES:
            continue
        yield Change(str(KEYS.get(key) or _humanized(key)), said(key, one), said(key, other))


def _keys(before: Table, after: Table) -> list[str]:
    """All keys of both, those that have words first and in the order people know them."""
    known = list(KEYS)
    order = {key: place for place, key in enumerate(known)}
    keys = {*before, *after} - NOT_RULES
    return sorted(keys, key=lambda key: (order.get(key, len(known)), key))


def _table(value: object) -> Table:
    return value if isinstance(value, Mapping) else {}


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(row, Mapping) for row in value)


def _named(rows: list[Table]) -> dict[tuple[str, int], Table]:
    """Know rows by their name and, where several share it, by which of them they are."""
    named: dict[tuple[str, int], Table] = {}
    seen: Counter[str] = Counter()
    for place, row in enumerate(rows):
        name = _name_of(row, place)
        named[name, seen[name]] = row
        seen[name] += 1
    return named


def _name_of(row: Table, place: int) -> str:
    return next((str(row[key]) for key in NAMES if row.get(key)), f"#{place + 1}")


def _title(row: Table, name: str) -> str:
    return str(row.get(f"name_{get_language()}") or name)


def _humanized(key: str) -> str:
    return capfirst(key.replace("_", " "))


def said(key: str, value: Any) -> str:  # noqa: ANN401
    """Put the value of a key into words."""
    if value is None or value == "":
        return ABSENT
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key in SPOKEN_LISTS and isinstance(value, list):
        return SPOKEN_LISTS[key](value)
    if isinstance(value, list):
        return listed([str(one) for one in value]) if value else _("none")
    words = CHOICES.get((key, str(value)))
    if words is not None:
        return str(words)
    spoken = SPOKEN.get(key)
    if spoken is not None:
        return spoken(value)
    return whole(value) if isinstance(value, int) else str(value)


def _days(value: int) -> str:
    if not value:
        return _("none")
    return ngettext("%(count)s day", "%(count)s days", value) % {"count": whole(value)}


def _months(value: int) -> str:
    if not value:
        return _("for ever")
    return ngettext("%(count)s month", "%(count)s months", value) % {"count": whole(value)}


def _times(value: str) -> str:
    return f"{decimal(Decimal(value))}×"


def _day(value: str) -> str:
    return day(date.fromisoformat(value))


def _weekdays(value: list[str]) -> str:
    return listed([str(WEEKDAYS[WEEKDAY_NAMES.index(name)]) for name in value])


def _hours(value: list[str]) -> str:
    return _("from %(start)s to %(end)s") % {"start": value[0], "end": value[1]}


SPOKEN_LISTS: Mapping[str, Callable[[list[str]], str]] = {"weekdays": _weekdays, "hours": _hours}
SPOKEN: Mapping[str, Callable[[Any], str]] = {
    "back_at": lambda value: decimal(Decimal(value)),
    "least_base": lambda value: money(Decimal(value)),
    "starts": _day,
    "ends": _day,
    "points_per_unit": lambda value: decimal(Decimal(value)),
    "multiplier": _times,
    "valid_months": _months,
    "pending_days": _days,
    "grace_days": _days,
    "window_days": _days,
    "return_window_days": _days,
}
