"""What the program file may say under a key: each check returns the value, normalized."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

FOUR_DECIMALS = Decimal("0.0001")
MOST_SHOWN = 40
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

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


def local_date(value: object) -> str:
    """Accept a day of the program's own calendar."""
    written = value.isoformat() if type(value) is date else str(value)
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise ValueError(f"must be a day such as 2026-12-01, not {shown(value)}") from None


def weekdays(value: object) -> list[str]:
    """Accept days of the week by their English names."""
    if not isinstance(value, list) or not value or not set(map(str, value)) <= set(WEEKDAYS):
        raise ValueError(f"must be a list out of {', '.join(WEEKDAYS)}")
    return sorted({str(name) for name in value}, key=WEEKDAYS.index)


def hours(value: object) -> list[str]:
    """Accept from when to when on a day's clock; the end may come after midnight."""
    if not isinstance(value, list) or len(value) != len(("from", "to")):
        raise ValueError('must be from and to, such as ["17:00", "20:00"]')
    try:
        clock = [time.fromisoformat(str(moment)) for moment in value]
    except ValueError:
        raise ValueError('must be from and to, such as ["17:00", "20:00"]') from None
    if any(moment.tzinfo or moment != moment.replace(second=0, microsecond=0) for moment in clock):
        raise ValueError("must be whole minutes of the program's own time zone")
    if clock[0] == clock[1]:
        raise ValueError("must begin at another time than they end")
    return [moment.isoformat("minutes") for moment in clock]


def yes(value: object) -> bool:
    """Accept true; what is not so is left out."""
    if value is not True:
        raise ValueError("must be true, or left out")
    return True


REQUIRED = object()
Keys = Mapping[str, tuple[Check, Any]]
"""What a table may have: how each key is checked, and what it is when left out."""


def checked(given: object, keys: Keys, path: str, faults: list[str]) -> dict[str, Any]:
    """Check a table key by key; what is wrong is added to `faults`."""
    if not isinstance(given, dict):
        faults.append(f"[{path.rstrip('., ')}] must be a table")
        return {}
    faults.extend(
        f"{path}{name}: is not a key of the program; known are {', '.join(sorted(keys))}"
        for name in sorted(set(given) - set(keys))
    )
    found = {}
    for name, (check, default) in keys.items():
        if name not in given and default is REQUIRED:
            faults.append(f"{path}{name}: is missing")
            continue
        if name not in given:
            found[name] = default
            continue
        try:
            found[name] = check(given[name])
        except (ValueError, TypeError) as error:
            faults.append(f"{path}{name}: {error}")
    return found
