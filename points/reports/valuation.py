"""How a purchase was valued, step by step."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from points.reports.rule_words import at_most, extra_points, rule_name, why_not
from points.reports.wording import decimal, money, points_text, tier_name, whole
from points.rules import ONE, Rounding, Rules

ROUNDED: Mapping[Rounding, Callable[[], str]] = {
    Rounding.DOWN: lambda: _(", rounded down to %(points)s"),
    Rounding.HALF_UP: lambda: _(", rounded to %(points)s"),
    Rounding.UP: lambda: _(", rounded up to %(points)s"),
}
Facts = Mapping[str, Any]
"""What an entry or a purchase keeps as its explanation."""


def valuation(facts: Facts, rules: Rules, *, points: int) -> list[str]:
    """Say how points came about: what counts, what each rule adds, rounding, caps."""
    base, multiplier = Decimal(facts["base"]), Decimal(facts["multiplier"])
    lines = _base(facts, base)
    if "extras" in facts:
        lines += _by_rules(facts, rules, base, points)
    elif base > 0:
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


def _by_rules(facts: Facts, rules: Rules, base: Decimal, points: int) -> list[str]:
    """The steps of a version with earning rules; they add up to the points."""
    plain = base * Decimal(facts["rate"])
    carried = Decimal(facts.get("carried", "0"))
    over = int(facts.get("over", 0))
    exact = plain + carried + sum(Decimal(extra[1]) for extra in facts["extras"])
    lines = []
    if base > 0:
        lines.append(
            _("%(base)s × %(rate)s per euro = %(exact)s.")
            % {
                "base": money(base),
                "rate": decimal(Decimal(facts["rate"])),
                "exact": extra_points(plain),
            }
        )
    lines += [_extra_line(extra, facts, rules) for extra in facts["extras"]]
    if carried:
        lines.append(
            _("Left over from earlier purchases: %(points)s.") % {"points": extra_points(carried)}
        )
    if exact != points + over or len(lines) > 1:
        lines.append(
            _("Together %(exact)s%(rounding)s.")
            % {"exact": extra_points(exact), "rounding": _rounded(facts, exact, points + over)}
        )
    return [*lines, *_over(facts, rules), *_left(facts), *_missed(facts, rules)]


def _extra_line(extra: list[Any], facts: Facts, rules: Rules) -> str:
    number, points, *wanted = extra
    name = tier_name(rules, facts["tier"]) if number == 0 else rule_name(rules, number)
    told = {"name": name, "points": extra_points(Decimal(points))}
    if not wanted:
        return _("%(name)s: %(points)s more.") % told
    told["wanted"] = extra_points(Decimal(wanted[0]))
    return _("%(name)s: %(points)s more, the most it gives; else %(wanted)s.") % told


def _over(facts: Facts, rules: Rules) -> list[str]:
    if not facts.get("over") or rules.cap is None:
        return []
    return [
        _("%(points)s less, because you earn %(most)s.")
        % {"points": points_text(int(facts["over"])), "most": at_most(rules.cap)}
    ]


def _left(facts: Facts) -> list[str]:
    left = Decimal(facts.get("left", "0"))
    if not left:
        return []
    return [_("Left for the next purchase: %(points)s.") % {"points": extra_points(left)}]


def _missed(facts: Facts, rules: Rules) -> list[str]:
    if not facts.get("missed"):
        return []
    told = [
        _("%(name)s (%(why)s)") % {"name": rule_name(rules, number), "why": why_not(reason)}
        for number, reason in facts["missed"]
    ]
    return [_("Did not count: %(rules)s.") % {"rules": "; ".join(told)}]


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
    return ROUNDED[Rounding(facts["rounding"])]() % {"points": points_text(points)}


def version(facts: Facts) -> str:
    return _("By version %(number)s of the program.") % {"number": facts["version"]}
