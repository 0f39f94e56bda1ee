"""The program file: TOML that people write, checked key by key, compiled into rules."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from points.book_rows import canonical
from points.rules import FallStep, RefundPolicy, Rounding, Rules, TierRule

MOST_TIERS = 9
FOUR_DECIMALS = Decimal("0.0001")
MOST_SHOWN = 40


class Stacking(StrEnum):
    """What becomes of multipliers that meet."""

    BEST = "best"
    SUM = "sum"
    PRODUCT = "product"


class ProgramFileError(Exception):
    """What is wrong with a program file, a sentence for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


Check = Callable[[object], Any]


def shown(value: object) -> str:
    """Write a value much as the file has it, cut where it is long."""
    written = str(value) if isinstance(value, Decimal) else repr(value)
    return written if len(written) <= MOST_SHOWN else f"{written[:MOST_SHOWN]}…"


def text(most: int) -> Check:
    """Accept a text of one to so many characters."""

    def check(value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("must be a text between quotes")
        if len(value) > most or "\x00" in value:
            raise ValueError(f"must have {most} characters at most, none of them NUL")
        return value.strip()

    return check


def whole(least: int, most: int) -> Check:
    """Accept a whole number in a range."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"must be a whole number, not {shown(value)}")
        if not least <= value <= most:
            raise ValueError(f"must be {least} to {most}, not {shown(value)}")
        return value

    return check


def number(least: str, most: str) -> Check:
    """Accept a number in a range; kept as text, never as a float."""

    def check(value: object) -> str:
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            raise ValueError(f"must be a number, not {shown(value)}") from None
        if isinstance(value, bool) or not amount.is_finite():
            raise ValueError(f"must be a number, not {shown(value)}")
        fits = Decimal(least) <= amount <= Decimal(most)
        if not fits or amount != amount.quantize(FOUR_DECIMALS):
            raise ValueError(
                f"must be {least} to {most} with four decimals at most, not {shown(value)}"
            )
        return f"{amount.normalize():f}"

    return check


def one_of(names: type[StrEnum]) -> Check:
    """Accept one of a list of words."""

    def check(value: object) -> str:
        if value not in list(names):
            raise ValueError(f"must be one of {', '.join(names)}; not {shown(value)}")
        return str(value)

    return check


def euro(value: object) -> str:
    if value != "EUR":
        raise ValueError(f"must be EUR, not {shown(value)}")
    return "EUR"


def zone(value: object) -> str:
    try:
        return str(ZoneInfo(str(value)))
    except (KeyError, ValueError, TypeError, OSError):
        raise ValueError(f"is not a time zone: {shown(value)}; one is Europe/Amsterdam") from None


def instant(value: object) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a moment such as 2026-01-01T00:00:00+01:00") from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be a moment with its zone, such as 2026-01-01T00:00:00+01:00")
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:
        raise ValueError("is out of range") from None


def names(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("must be a list of texts")
    return sorted({text(80)(item) for item in value})


REQUIRED = object()
Keys = Mapping[str, tuple[Check, Any]]
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
    tiers = []
    if isinstance(sections["tiers"], dict):
        sections["tiers"] = dict(sections["tiers"])
        tiers = sections["tiers"].pop("tier", [])
    program = _checked(given, TOP, "", faults)
    for name, keys in SECTIONS.items():
        program[name] = _checked(sections[name], keys, f"{name}.", faults)
    program["tiers"]["tier"] = _checked_tiers(tiers, faults)
    if faults:
        raise ProgramFileError(faults)
    return program


def _checked(given: object, keys: Keys, path: str, faults: list[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        faults.append(f"[{path.rstrip('., ')}] must be a table")
        return {}
    faults.extend(
        f"{path}{name}: is not a key of the program; known are {', '.join(sorted(keys))}"
        for name in sorted(set(given) - set(keys))
    )
    checked = {}
    for name, (check, default) in keys.items():
        if name not in given and default is REQUIRED:
            faults.append(f"{path}{name}: is missing")
            continue
        if name not in given:
            checked[name] = default
            continue
        try:
            checked[name] = check(given[name])
        except (ValueError, TypeError) as error:
            faults.append(f"{path}{name}: {error}")
    return checked


def _checked_tiers(given: object, faults: list[str]) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_TIERS:
        faults.append(f"tiers.tier: must be a list of {MOST_TIERS} tiers at most")
        return []
    tiers = []
    for place, item in enumerate(given, start=1):
        path = f"tiers.tier {place}, "
        tier = _checked(item, TIER, path, faults)
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
        stacking=earning["stacking"],
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
