"""The program in words, made from the version in force, so that they never lie."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from points.book_rules import validity
from points.earning_rules import Remainder
from points.local_time import local_day
from points.reports.rule_words import at_most, rule_sentence
from points.reports.wording import (
    day,
    decimal,
    last_day,
    listed,
    money,
    points_text,
    tier_name,
    whole,
)
from points.rules import ONE, FallStep, Program, RefundPolicy, Rounding, Rules

EXAMPLE = Decimal("12.95")


@dataclass(frozen=True, slots=True)
class TierWords:
    """A tier: its name, from how many status points, and what it gives."""

    name: str
    asks: str
    gives: str


@dataclass(frozen=True, slots=True)
class ProgramWords:
    """What one version says, a list of sentences for each subject."""

    name: str
    effective_on: date
    lead: str
    earning: tuple[str, ...]
    validity: tuple[str, ...]
    refunds: tuple[str, ...]
    tiers: tuple[TierWords, ...]
    tier_rules: tuple[str, ...]


def program_words(program: Program, now: datetime) -> ProgramWords | None:
    """Put the version in force into words; None before there is one."""
    rules = program.at(now)
    return None if rules is None else words_of(rules, now)


def upcoming_words(program: Program, now: datetime) -> list[ProgramWords]:
    """Put the versions that are published for later into words, the soonest first."""
    return [
        words_of(rules, rules.effective_at)
        for rules in program.versions
        if rules.effective_at > now
    ]


def words_of(rules: Rules, now: datetime) -> ProgramWords:
    """Put a version into words, with examples as of an instant."""
    return ProgramWords(
        name=rules.name,
        effective_on=local_day(rules.effective_at, rules.zone),
        lead=rate(rules),
        earning=(*_earning(rules), *_welcome(rules)),
        validity=(*_spending(rules), *_expiry(rules, now)),
        refunds=_refunds(rules),
        tiers=_tiers(rules),
        tier_rules=_tier_rules(rules) if rules.tiers else (),
    )


def rate(rules: Rules) -> str:
    """Say how many points a euro earns."""
    points = rules.points_per_unit
    euros = ONE / points
    if points < ONE and euros == euros.to_integral_value():
        return _("You earn 1 point for every %(euros)s euros you spend.") % {
            "euros": whole(int(euros))
        }
    if points == points.to_integral_value():
        return _("You earn %(points)s for every euro you spend.") % {
            "points": points_text(int(points))
        }
    return _("You earn %(number)s points for every euro you spend.") % {"number": decimal(points)}


def _earning(rules: Rules) -> tuple[str, ...]:
    sentences = [
        _(
            "What counts is what you paid for the purchase: after discounts and vouchers, "
            "including VAT."
        ),
        _rounding(rules),
    ]
    if rules.excluded_categories:
        sentences.append(
            _("Some things earn no points: %(categories)s.")
            % {"categories": listed(list(rules.excluded_categories))}
        )
    sentences += [rule_sentence(rules, rule) for rule in rules.earning_rules]
    if rules.cap is not None:
        sentences.append(_("You earn %(most)s.") % {"most": at_most(rules.cap)})
    if rules.remainder is Remainder.CARRY:
        sentences.append(_("What rounding leaves goes along to your next purchase."))
    return tuple(sentences)


def _rounding(rules: Rules) -> str:
    facts = {"paid": money(EXAMPLE), "points": points_text(rules.value(EXAMPLE, 0)[0])}
    match rules.rounding:
        case Rounding.DOWN:
            return (
                _("Each purchase is rounded down to whole points: %(paid)s gives %(points)s.")
                % facts
            )
        case Rounding.HALF_UP:
            return (
                _("Each purchase is rounded to the nearest whole point: %(paid)s gives %(points)s.")
                % facts
            )
        case Rounding.UP:
            return (
                _("Each purchase is rounded up to whole points: %(paid)s gives %(points)s.") % facts
            )


def _welcome(rules: Rules) -> tuple[str, ...]:
    if not rules.welcome_bonus:
        return ()
    return (
        _("When you join you get %(points)s as a welcome.")
        % {"points": points_text(rules.welcome_bonus)},
    )


def _spending(rules: Rules) -> tuple[str, ...]:
    order = _("Points that expire first are used first.")
    if not rules.pending_days:
        return _("You can spend points as soon as you have earned them."), order
    wait = ngettext(
        "You can spend the points of a purchase from the day after it.",
        "You can spend the points of a purchase %(days)s days after it, from the start of that day.",
        rules.pending_days,
    ) % {"days": whole(rules.pending_days)}
    return wait, order


def _expiry(rules: Rules, now: datetime) -> tuple[str, ...]:
    until = last_day(validity(now, rules)[1], rules.zone)
    if until is None:
        return (_("Points do not expire."),)
    return (
        ngettext(
            "Points are valid for %(months)s month, to the end of the same day of the month.",
            "Points are valid for %(months)s months, to the end of the same day of the month.",
            rules.valid_months,
        )
        % {"months": whole(rules.valid_months)},
        _("Points of a purchase on %(bought)s can be spent up to and including %(until)s.")
        % {"bought": day(local_day(now, rules.zone)), "until": day(until)},
    )


def _refunds(rules: Rules) -> tuple[str, ...]:
    taken = _(
        "If you return something, the points it earned are taken back: you keep what the rest "
        "of the purchase earns."
    )
    if rules.refund_policy is RefundPolicy.WITHIN_BALANCE:
        return taken, _("If you have spent them already, no more is taken than you have.")
    return taken, _(
        "If you have spent them already, what is missing comes off the next points you earn."
    )


def _tiers(rules: Rules) -> tuple[TierWords, ...]:
    return tuple(
        TierWords(
            name=tier_name(rules, rank),
            asks=whole(tier.threshold),
            gives=_extra(tier.multiplier),
        )
        for rank, tier in enumerate(rules.tiers, start=1)
    )


def _extra(multiplier: Decimal) -> str:
    return "" if multiplier == ONE else _("%(times)s× points") % {"times": decimal(multiplier)}


def _tier_rules(rules: Rules) -> tuple[str, ...]:
    return (
        ngettext(
            "Your tier follows from your status points of the last %(days)s day, today included.",
            "Your tier follows from your status points of the last %(days)s days, today included.",
            rules.window_days,
        )
        % {"days": whole(rules.window_days)},
        _(
            "Status points are the points of your purchases, without the extra of a tier and "
            "without bonuses. Spending points never lowers your tier."
        ),
        _("You rise as soon as you reach the number; your next purchase counts in the new tier."),
        _falling(rules),
    )


def _falling(rules: Rules) -> str:
    if rules.fall_step is FallStep.NONE:
        return _("A tier that you have reached is yours to keep.")
    one = rules.fall_step is FallStep.ONE
    if not rules.grace_days:
        if one:
            return _("If your status points no longer reach your tier, you fall one tier.")
        return _(
            "If your status points no longer reach your tier, you fall to the tier that they reach."
        )
    if one:
        fall = ngettext(
            "If your status points stay below your tier for %(days)s day, you fall one tier.",
            "If your status points stay below your tier for %(days)s days, you fall one tier.",
            rules.grace_days,
        )
    else:
        fall = ngettext(
            "If your status points stay below your tier for %(days)s day, you fall to the tier "
            "that they reach.",
            "If your status points stay below your tier for %(days)s days, you fall to the tier "
            "that they reach.",
            rules.grace_days,
        )
    return fall % {"days": whole(rules.grace_days)}
