"""The program file: TOML that people write, checked key by key, compiled into rules."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from points.book_rows import canonical
from points.earning_file import (
    CAP,
    cap_fault,
    compile_earning_rules,
    compiled_cap,
    read_earning_rules,
)
from points.earning_rules import Remainder, Stacking
from points.file_values import (
    REQUIRED,
    Keys,
    checked,
    euro,
    instant,
    names,
    number,
    one_of,
    text,
    whole,
    zone,
)
from points.rules import FallStep, RefundPolicy, Rounding, Rules, TierRule

MOST_TIERS = 9


class ProgramFileError(Exception):
    """What is wrong with a program file, a sentence for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


TOP: Keys = {
    "name": (text(80), REQUIRED),
    "currency": (euro, "EUR"),
    "time_zone": (zone, "Europe/Amsterdam"),
    "effective_at": (instant, REQUIRED),
}
SECTIONS: Mapping[str, Keys] = {
    "earning": {
        "points_per_unit": (number("0.0001", "1000"), "1"),
        "rounding": (one_of(Rounding), "down"),
        "pending_days": (whole(0, 366), 0),
        "welcome_bonus": (whole(0, 1_000_000), 0),
        "stacking": (one_of(Stacking), "best"),
        "excluded_categories": (names, []),
        "remainder": (one_of(Remainder), None),
        **CAP,
    },
    "expiry": {"valid_months": (whole(0, 120), 12)},
    "refunds": {
        "policy": (one_of(RefundPolicy), "debt"),
        "return_window_days": (whole(0, 366), 30),
    },
    "tiers": {
        "window_days": (whole(1, 1100), 365),
        "grace_days": (whole(0, 366), 30),
        "step": (one_of(FallStep), "one"),
    },
}
TIER: Keys = {
    "name": (text(40), ""),
    "name_nl": (text(40), ""),
    "name_en": (text(40), ""),
    "threshold": (whole(1, 1_000_000_000), REQUIRED),
    "multiplier": (number("1", "10"), "1"),
}


def read_program(source: str) -> dict[str, Any]:
    """
    Return what a program file says, complete with defaults and normalized.

    Raises ProgramFileError with every fault found, each naming its key.
    """
    try:
        document = tomllib.loads(source, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ProgramFileError([f"not readable as TOML: {error}"]) from None
    faults: list[str] = []
    given = dict(document)
    sections = {name: given.pop(name, {}) for name in SECTIONS}
    tiers = _taken_out(sections, "tiers", "tier")
    rules = _taken_out(sections, "earning", "rule")
    program = checked(given, TOP, "", faults)
    for name, keys in SECTIONS.items():
        found = checked(sections[name], keys, f"{name}.", faults)
        # What came later stays out where it is not used: an old file keeps its fingerprint.
        program[name] = {key: value for key, value in found.items() if value is not None}
    program["tiers"]["tier"] = _checked_tiers(tiers, faults)
    _add_rules(program, rules, faults)
    if faults:
        raise ProgramFileError(faults)
    return program


def _taken_out(sections: dict[str, Any], name: str, key: str) -> object:
    """Take the list of tables out of a section, which is checked by itself."""
    if not isinstance(sections[name], dict):
        return []
    sections[name] = dict(sections[name])
    return sections[name].pop(key, [])


def _add_rules(program: dict[str, Any], given: object, faults: list[str]) -> None:
    earning = program["earning"]
    if fault := cap_fault(earning):
        faults.append(f"earning.{fault}")
    if earning.get("remainder") == Remainder.DROP:
        del earning["remainder"]
    stacking = earning.get("stacking", Stacking.BEST)
    rules = read_earning_rules(given, program["tiers"]["tier"], stacking, faults)
    if rules:
        earning["rule"] = rules


def _checked_tiers(given: object, faults: list[str]) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_TIERS:
        faults.append(f"tiers.tier: must be a list of {MOST_TIERS} tiers at most")
        return []
    tiers = []
    for place, item in enumerate(given, start=1):
        path = f"tiers.tier {place}, "
        tier = checked(item, TIER, path, faults)
        name = tier.pop("name", "")
        tier["name_nl"] = tier.get("name_nl") or name
        tier["name_en"] = tier.get("name_en") or name
        if not tier["name_nl"] or not tier["name_en"]:
            faults.append(f"{path}name: is missing, or name_nl and name_en are")
        tiers.append(tier)
    rising = [tier["threshold"] for tier in tiers if "threshold" in tier]
    if sorted(set(rising)) != rising:
        faults.append("tiers.tier: each threshold must be higher than the one before")
    return tiers


def digest(program: Mapping[str, Any]) -> str:
    """Return the fingerprint by which the same file is known again."""
    return sha256(canonical(program).encode()).hexdigest()


def compile_rules(number_: int, program: Mapping[str, Any]) -> Rules:
    """Compile what `read_program` returned into the rules of version `number_`."""
    earning, tiers = program["earning"], program["tiers"]
    return Rules(
        number=number_,
        name=program["name"],
        effective_at=datetime.fromisoformat(program["effective_at"]),
        zone=ZoneInfo(program["time_zone"]),
        currency=program["currency"],
        points_per_unit=Decimal(earning["points_per_unit"]),
        rounding=Rounding(earning["rounding"]),
        pending_days=earning["pending_days"],
        welcome_bonus=earning["welcome_bonus"],
        stacking=Stacking(earning["stacking"]),
        remainder=Remainder(earning.get("remainder", Remainder.DROP)),
        cap=compiled_cap(earning),
        earning_rules=compile_earning_rules(earning.get("rule", ()), tiers["tier"]),
        excluded_categories=tuple(earning["excluded_categories"]),
        valid_months=program["expiry"]["valid_months"],
        refund_policy=RefundPolicy(program["refunds"]["policy"]),
        return_window_days=program["refunds"]["return_window_days"],
        window_days=tiers["window_days"],
        grace_days=tiers["grace_days"],
        fall_step=FallStep(tiers["step"]),
        tiers=tuple(
            TierRule(
                name_nl=tier["name_nl"],
                name_en=tier["name_en"],
                threshold=tier["threshold"],
                multiplier=Decimal(tier["multiplier"]),
            )
            for tier in tiers["tier"]
        ),
    )
