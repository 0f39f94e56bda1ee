"""A program version as the file that would make it."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

NUMBERS = {"points_per_unit", "multiplier"}


def as_toml(rules: Mapping[str, Any]) -> str:
    """Return the TOML that reads back as these rules; the moment in the program's own zone."""
    top = {key: value for key, value in rules.items() if not isinstance(value, dict)}
    at = datetime.fromisoformat(top.pop("effective_at"))
    lines = [
        *_pairs(top),
        f"effective_at = {at.astimezone(ZoneInfo(rules['time_zone'])).isoformat()}",
    ]
    for name, section in rules.items():
        if isinstance(section, dict):
            plain = {key: value for key, value in section.items() if key != "tier"}
            lines += ["", f"[{name}]", *_pairs(plain)]
    for tier in rules["tiers"]["tier"]:
        lines += ["", "[[tiers.tier]]", *_pairs(tier)]
    return "\n".join(lines) + "\n"


def _pairs(section: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(key, value)}" for key, value in section.items()]


def _value(key: str, value: object) -> str:
    if key in NUMBERS:
        return str(Decimal(str(value)))
    return json.dumps(value, ensure_ascii=False)
