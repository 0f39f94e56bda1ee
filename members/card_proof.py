"""The proof on a member's card: a code that changes every half minute; no database."""

import hmac
from datetime import datetime

SECONDS_A_STEP = 30
DIGITS = 8
STEPS_BACK = 10
"""Five minutes: as long as a queue at the till may keep a screen that went to sleep."""
STEPS_AHEAD = 1
"""A phone's clock may be half a minute fast."""
STEPS_REMEMBERED = 60 * 60 // SECONDS_A_STEP
"""An hour: a code so old is called expired, an older one wrong. Each step costs a digest."""


def step_at(at: datetime) -> int:
    """Return the number of the half minute."""
    return int(at.timestamp()) // SECONDS_A_STEP


def code(key: bytes, step: int) -> str:
    """
    Return the eight digits of a step.

    HMAC-SHA-256 of the step, dynamically truncated: RFC 4226, 5.3, over time: RFC 6238, 4.2.
    """
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha256")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def verify(key: bytes, shown: str, at: datetime) -> int | None:
    """
    Return the step that a code belongs to, or None; the last five minutes count.

    The step lets the caller refuse a code that was used before.
    """
    now = step_at(at)
    return _matching(key, shown, now - STEPS_BACK, now + STEPS_AHEAD)


def was_true(key: bytes, shown: str, at: datetime) -> bool:
    """Tell whether a code has been right within the last hour."""
    now = step_at(at)
    return _matching(key, shown, now - STEPS_REMEMBERED, now) is not None


def _matching(key: bytes, shown: str, first: int, last: int) -> int | None:
    # Every step is compared, so that the time it takes says nothing about the code.
    wanted = shown.encode()
    found = [
        step
        for step in range(max(first, 0), last + 1)
        if hmac.compare_digest(code(key, step).encode(), wanted)
    ]
    return found[-1] if found else None
