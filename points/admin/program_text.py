"""A program version as the file that would make it."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from points.earning_file import RULE
from points.program_file import SECTIONS, TIER, TOP

NUMBERS = {"points_per_unit", "multiplier", "back_at", "least_base"}


def as_toml(rules: Mapping[str, Any]) -> str:
    """Return the TOML that reads back as these rules; the moment in the program's own zone."""
    at = datetime.fromisoformat(rules["effective_at"])
    lines = [
        *_pairs(rules, TOP),
        f"effective_at = {at.astimezone(ZoneInfo(rules['time_zone'])).isoformat()}",
    ]
    for name, keys in SECTIONS.items():
        lines += ["", f"[{name}]", *_pairs(rules[name], keys)]
    for rule in rules["earning"].get("rule", ()):
        lines += ["", "[[earning.rule]]", *_pairs(rule, RULE)]
    for tier in rules["tiers"]["tier"]:
        lines += ["", "[[tiers.tier]]", *_pairs(tier, TIER)]
    return "\n".join(lines) + "\n"


def _pairs(section: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    # The database keeps no order of keys; the file has the one that people know.
    return [
        f"{key} = {_value(key, section[key])}"
        for key in keys
        if key in section and key != "effective_at"
    ]


def _value(key: str, value: object) -> str:
    if key in NUMBERS:
        return str(Decimal(str(value)))
    return json.dumps(value, ensure_ascii=False)
