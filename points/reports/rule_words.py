"""Earning rules in words: what each gives, when, and why one gave nothing."""

from datetime import date
from decimal import Decimal

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from points.earning_rules import Cap, EarningRule, Missed, Period
from points.reports.wording import day, decimal, listed, money, points_text, tier_name, whole
from points.rules import Rules

WHY_NOT = {
    Missed.PERIOD: lambda: _("not on that day"),
    Missed.WEEKDAY: lambda: _("another day of the week"),
    Missed.HOUR: lambda: _("another time of the day"),
    Missed.STORE: lambda: _("another store"),
    Missed.CHANNEL: lambda: _("another channel"),
    Missed.TIER: lambda: _("for a higher tier"),
    Missed.NOT_FIRST: lambda: _("for the first purchase only"),
    Missed.BIRTHDAY: lambda: _("not the birthday"),
    Missed.NOTHING_OF_IT: lambda: _("nothing of it was bought"),
    Missed.TOO_LITTLE: lambda: _("too little was spent on it"),
    Missed.TOO_FEW: lambda: _("too few of it were bought"),
    Missed.BEATEN: lambda: _("something better counted instead"),
    Missed.CAP: lambda: _("the most it gives had been reached"),
}
AT_MOST = {
    Period.PURCHASE: lambda points: _("at most %s a purchase") % points,
    Period.DAY: lambda points: _("at most %s a day") % points,
    Period.WEEK: lambda points: _("at most %s a week") % points,
    Period.MONTH: lambda points: _("at most %s a month") % points,
    Period.YEAR: lambda points: _("at most %s a year") % points,
}


def rule_name(rules: Rules, number: int) -> str:
    """Return what a version calls a rule, in the reader's language."""
    rule = rules.earning_rules[number - 1]
    return rule.name_en if get_language() == "en" else rule.name_nl


def why_not(reason: str) -> str:
    """Say in a few words why a rule gave nothing."""
    return WHY_NOT[Missed(reason)]()


def at_most(cap: Cap) -> str:
    """Say what a cap allows."""
    said: str = AT_MOST[cap.period](points_text(cap.points))
    return said


def rule_sentence(rules: Rules, rule: EarningRule) -> str:
    """Say what a rule gives and when: its name, then everything that it asks."""
    parts = [_gift(rule), *_when(rules, rule)]
    if rule.cap is not None:
        parts.append(at_most(rule.cap))
    return _("%(name)s: %(what)s.") % {
        "name": rule_name(rules, rule.number),
        "what": ", ".join(parts),
    }


def _gift(rule: EarningRule) -> str:
    if rule.multiplier is not None:
        return _("%(times)s× points") % {"times": decimal(rule.multiplier)}
    if rule.points is not None:
        return _("%(points)s extra") % {"points": points_text(rule.points)}
    if rule.points_per_piece is not None:
        return _("%(points)s extra for each piece") % {"points": points_text(rule.points_per_piece)}
    if rule.free is None:
        return ""
    return _(
        "of every %(take)s you pay %(pay)s; the cheapest comes back as points, %(points)s a euro"
    ) % {
        "take": whole(rule.free.take),
        "pay": whole(rule.free.pay),
        "points": decimal(rule.free.back_at),
    }


def _when(rules: Rules, rule: EarningRule) -> list[str]:
    """Say what a rule asks, one thing after the other."""
    return [
        *_on_what(rule),
        *_in_time(rule),
        *_where(rule),
        *_for_whom(rules, rule),
    ]


def _on_what(rule: EarningRule) -> list[str]:
    said = []
    if rule.categories:
        said.append(_("on %(names)s") % {"names": listed(list(rule.categories))})
    if rule.products:
        said.append(_("on product %(names)s") % {"names": listed(list(rule.products))})
    if rule.least_base:
        said.append(_("from %(amount)s") % {"amount": money(rule.least_base)})
    return said


def _in_time(rule: EarningRule) -> list[str]:
    said = [*_period(rule.starts, rule.ends)]
    if rule.weekdays:
        said.append(
            _("on %(days)s") % {"days": listed([str(WEEKDAYS[number]) for number in rule.weekdays])}
        )
    if rule.hours is not None:
        start, end = rule.hours
        said.append(
            _("from %(start)s to %(end)s")
            % {"start": time_format(start, "H:i"), "end": time_format(end, "H:i")}
        )
    return said


def _period(starts: date | None, ends: date | None) -> list[str]:
    if starts and ends:
        return [
            _("from %(first)s up to and including %(last)s")
            % {"first": day(starts), "last": day(ends)}
        ]
    if starts:
        return [_("from %(first)s on") % {"first": day(starts)}]
    if ends:
        return [_("up to and including %(last)s") % {"last": day(ends)}]
    return []


def _where(rule: EarningRule) -> list[str]:
    said = []
    if rule.stores:
        said.append(_("in %(stores)s") % {"stores": listed(list(rule.stores))})
    if rule.channels:
        said.append(_("through %(channels)s") % {"channels": listed(list(rule.channels))})
    return said


def _for_whom(rules: Rules, rule: EarningRule) -> list[str]:
    said = []
    if rule.least_tier:
        said.append(_("from %(tier)s on") % {"tier": tier_name(rules, rule.least_tier)})
    if rule.first_purchase:
        said.append(_("on your first purchase"))
    if rule.birthday_days is not None:
        said.append(_birthday(rule.birthday_days))
    return said


def _birthday(days: int) -> str:
    if not days:
        return _("on your birthday")
    return ngettext(
        "from %(days)s day before your birthday to %(days)s day after it",
        "from %(days)s days before your birthday to %(days)s days after it",
        days,
    ) % {"days": whole(days)}


def extra_points(amount: Decimal) -> str:
    """Write what a rule adds: whole points, or with its decimals."""
    if amount >= 0 and amount == amount.to_integral_value():
        return points_text(int(amount))
    return _("%(number)s points") % {"number": decimal(amount)}
