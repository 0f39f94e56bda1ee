"""Earning rules in the program file: `[[earning.rule]]`, checked and compiled."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from math import prod
from typing import Any

from points.earning_rules import MOST_TIMES, Cap, EarningRule, Free, Period, Stacking
from points.file_values import (
    WEEKDAYS,
    Keys,
    checked,
    hours,
    local_date,
    names,
    number,
    one_of,
    text,
    weekdays,
    whole,
    yes,
)

MOST_RULES = 50
MOST_POINTS = 1_000_000
CAP: Keys = {
    "most_points": (whole(1, 1_000_000_000), None),
    "most_per": (one_of(Period), None),
}
RULE: Keys = {
    "name": (text(60), None),
    "name_nl": (text(60), None),
    "name_en": (text(60), None),
    "multiplier": (number("1.0001", "10"), None),
    "points": (whole(1, MOST_POINTS), None),
    "points_per_piece": (whole(1, MOST_POINTS), None),
    "take": (whole(2, 100), None),
    "pay": (whole(1, 99), None),
    "back_at": (number("0.0001", "10000"), None),
    "starts": (local_date, None),
    "ends": (local_date, None),
    "weekdays": (weekdays, None),
    "hours": (hours, None),
    "stores": (names, None),
    "channels": (names, None),
    "categories": (names, None),
    "products": (names, None),
    "least_base": (number("0.01", "1000000"), None),
    "from_tier": (text(40), None),
    "first_purchase": (yes, None),
    "birthday_days": (whole(0, 31), None),
    **CAP,
}
GIFTS = ("multiplier", "points", "points_per_piece", "take")
OF_PIECES = ("points_per_piece", "take")


def read_earning_rules(
    given: object, tiers: Sequence[Mapping[str, Any]], stacking: str, faults: list[str]
) -> list[dict[str, Any]]:
    """Return the rules with the keys they have; every fault names its rule and key."""
    if not isinstance(given, list) or len(given) > MOST_RULES:
        faults.append(f"earning.rule: must be a list of {MOST_RULES} rules at most")
        return []
    rules = []
    for place, item in enumerate(given, start=1):
        path = f"earning.rule {place}, "
        found = checked(item, RULE, path, faults)
        rule = {key: value for key, value in found.items() if value is not None}
        _name(rule, path, faults)
        _check_gift(rule, path, faults)
        _check_conditions(rule, path, tiers, faults)
        if fault := cap_fault(rule):
            faults.append(f"{path}{fault}")
        rules.append(rule)
    _check_together(rules, tiers, stacking, faults)
    return rules


def cap_fault(table: Mapping[str, Any]) -> str | None:
    """Say what is wrong where a cap has its period and not its points."""
    if table.get("most_per") and not table.get("most_points"):
        return "most_per: says nothing without most_points"
    return None


def _name(rule: dict[str, Any], path: str, faults: list[str]) -> None:
    name = rule.pop("name", None)
    for key in ("name_nl", "name_en"):
        rule.setdefault(key, name)
    if not rule["name_nl"] or not rule["name_en"]:
        faults.append(f"{path}name: is missing, or name_nl and name_en are")


def _check_gift(rule: Mapping[str, Any], path: str, faults: list[str]) -> None:
    gifts = [key for key in GIFTS if key in rule]
    if len(gifts) != 1:
        faults.append(f"{path[:-2]}: must have exactly one of {', '.join(GIFTS)}")
    missing = [key for key in ("pay", "back_at") if ("take" in rule) != (key in rule)]
    faults.extend(f"{path}{key}: goes with take, and take with it" for key in missing)
    if "take" in rule and rule.get("pay", 0) >= rule["take"]:
        faults.append(f"{path}pay: must be less than take")
    if any(key in rule for key in OF_PIECES) and not _is_of_lines(rule):
        faults.append(f"{path[:-2]}: must say of which categories or products it counts pieces")


def _check_conditions(
    rule: Mapping[str, Any],
    path: str,
    tiers: Sequence[Mapping[str, Any]],
    faults: list[str],
) -> None:
    if rule.get("starts", "") > rule.get("ends", "9999-12-31"):
        faults.append(f"{path}ends: must not lie before starts")
    faults.extend(
        f"{path}{key}: must name at least one, or be left out"
        for key in ("stores", "channels", "categories", "products")
        if rule.get(key) == []
    )
    known = {name for tier in tiers for name in (tier.get("name_nl"), tier.get("name_en"))}
    if "from_tier" in rule and rule["from_tier"] not in known:
        faults.append(f"{path}from_tier: there is no tier {rule['from_tier']!r}")


def _check_together(
    rules: Sequence[Mapping[str, Any]],
    tiers: Sequence[Mapping[str, Any]],
    stacking: str,
    faults: list[str],
) -> None:
    """
    Refuse a cap and a least base on a multiplier whose part another could take over.

    Else a return that brings a purchase below the least base could raise what the rest earns.
    """
    every = [rule for rule in rules if "multiplier" in rule]
    best = max((Decimal(tier.get("multiplier", "1")) for tier in tiers), default=Decimal(1))
    together = [best, *(Decimal(rule["multiplier"]) for rule in every)]
    for place, rule in enumerate(rules, start=1):
        if not {"multiplier", "most_points", "least_base"} <= set(rule):
            continue
        reasons = {
            "while stacking is best": stacking == Stacking.BEST,
            "that together may pass a hundred times": not _stay_below(together, stacking),
            "of categories or products": _is_of_lines(rule)
            and any(_is_of_lines(other) for other in every if other is not rule),
        }
        alone = len(every) == 1 and best == 1
        faults.extend(
            f"earning.rule {place}, most_points: a multiplier with least_base cannot have it"
            f" beside other multipliers {reason}"
            for reason, holds in reasons.items()
            if holds and not alone
        )


def _stay_below(multipliers: Sequence[Decimal], stacking: str) -> bool:
    if stacking == Stacking.PRODUCT:
        return prod(multipliers) <= MOST_TIMES
    return 1 + sum(times - 1 for times in multipliers) <= MOST_TIMES


def _is_of_lines(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("categories") or rule.get("products"))


def compile_earning_rules(
    given: Sequence[Mapping[str, Any]], tiers: Sequence[Mapping[str, Any]]
) -> tuple[EarningRule, ...]:
    """Compile what `read_earning_rules` returned; numbered from 1 as they stand in the file."""
    ranks = {
        tier[key]: rank
        for rank, tier in enumerate(tiers, start=1)
        for key in ("name_nl", "name_en")
    }
    return tuple(
        _compiled(place, rule, ranks.get(rule.get("from_tier", ""), 0))
        for place, rule in enumerate(given, start=1)
    )


def _compiled(place: int, rule: Mapping[str, Any], rank: int) -> EarningRule:
    free = None
    if "take" in rule:
        free = Free(rule["take"], rule["pay"], Decimal(rule["back_at"]))
    clock = [time.fromisoformat(moment) for moment in rule.get("hours", ())]
    return EarningRule(
        number=place,
        name_nl=rule["name_nl"],
        name_en=rule["name_en"],
        multiplier=Decimal(rule["multiplier"]) if "multiplier" in rule else None,
        points=rule.get("points"),
        points_per_piece=rule.get("points_per_piece"),
        free=free,
        cap=compiled_cap(rule),
        starts=_day(rule, "starts"),
        ends=_day(rule, "ends"),
        weekdays=tuple(WEEKDAYS.index(name) for name in rule.get("weekdays", ())),
        hours=(clock[0], clock[1]) if clock else None,
        stores=tuple(rule.get("stores", ())),
        channels=tuple(rule.get("channels", ())),
        categories=tuple(rule.get("categories", ())),
        products=tuple(rule.get("products", ())),
        least_base=Decimal(rule.get("least_base", "0")),
        least_tier=rank,
        first_purchase=rule.get("first_purchase", False),
        birthday_days=rule.get("birthday_days"),
    )


def compiled_cap(table: Mapping[str, Any]) -> Cap | None:
    """Compile the cap of a rule or of all earning; None where there is none."""
    if "most_points" not in table:
        return None
    return Cap(table["most_points"], Period(table.get("most_per", Period.PURCHASE)))


def _day(rule: Mapping[str, Any], key: str) -> date | None:
    return date.fromisoformat(rule[key]) if key in rule else None
