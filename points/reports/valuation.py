"""How a purchase was valued, step by step."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from points.reports.wording import decimal, money, points_text, tier_name, whole
from points.rules import ONE, Rounding, Rules

Facts = Mapping[str, Any]
"""What an entry or a purchase keeps as its explanation."""


def valuation(facts: Facts, rules: Rules, *, points: int) -> list[str]:
    base, multiplier = Decimal(facts["base"]), Decimal(facts["multiplier"])
    lines = _base(facts, base)
    if base > 0:
        exact = base * Decimal(facts["rate"]) * multiplier
        lines.append(
            _("%(base)s × %(rate)s per euro%(tier)s = %(exact)s%(rounding)s.")
            % {
                "base": money(base),
                "rate": decimal(Decimal(facts["rate"])),
                "tier": _extra(facts, rules, multiplier),
                "exact": decimal(exact),
                "rounding": _rounded(facts, exact, points),
            }
        )
    if facts["status"]:
        lines.append(
            ngettext(
                "Counts as %(points)s status point for the tier.",
                "Counts as %(points)s status points for the tier.",
                facts["status"],
            )
            % {"points": whole(facts["status"])}
        )
    return lines


def _base(facts: Facts, base: Decimal) -> list[str]:
    excluded = [
        _("%(amount)s of it was for %(category)s, which earns no points.")
        % {"amount": money(Decimal(amount)), "category": name}
        for name, amount in facts.get("excluded", [])
    ]
    if not excluded:
        return []
    return [*excluded, _("So %(base)s counts.") % {"base": money(base)}]


def _extra(facts: Facts, rules: Rules, multiplier: Decimal) -> str:
    if multiplier == ONE:
        return ""
    return _(" × %(multiplier)s for %(tier)s") % {
        "multiplier": decimal(multiplier),
        "tier": tier_name(rules, facts["tier"]),
    }


def _rounded(facts: Facts, exact: Decimal, points: int) -> str:
    if exact == points:
        return ""
    words = {
        Rounding.DOWN: _(", rounded down to %(points)s"),
        Rounding.HALF_UP: _(", rounded to %(points)s"),
        Rounding.UP: _(", rounded up to %(points)s"),
    }
    return words[Rounding(facts["rounding"])] % {"points": points_text(points)}


def version(facts: Facts) -> str:
    return _("By version %(number)s of the program.") % {"number": facts["version"]}
