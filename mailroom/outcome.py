"""What becomes of a mail that was handed over, and what a line says of itself."""

from dataclasses import dataclass, field
from enum import Enum

FOR_GOOD = 500
CLOSING = 421
LONGEST_FAULT = 300


class MailServerRefusesUsError(Exception):
    """The server takes nothing from us at all; says why."""


class Fate(Enum):
    """What a server made of a mail; one that has none was never handed over."""

    TAKEN = "taken"
    REFUSED_FOR_NOW = "refused for now"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mail's fate in the words of the server; `is_dead` if nobody is at that address."""

    fate: Fate
    why: str = ""
    is_dead: bool = False


TAKEN = Outcome(Fate.TAKEN)


class Trouble(Enum):
    """Why a line takes no more for the moment."""

    BROKEN = "broken"
    CLOSING = "closing"
    THROTTLED = "throttled"
    REFUSES_US = "refuses us"


@dataclass(slots=True)
class Sent:
    """
    What became of some mails, by key. Those it does not name never left.

    `trouble` tells why not all were handed over, `why` in which words.
    """

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    trouble: Trouble | None = None
    why: str = ""


def in_words(code: int, said: bytes | str) -> str:
    """Write what a server said on one line that a row can keep."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.replace(chr(0), '').split())}"[:LONGEST_FAULT]


def error_in_words(error: BaseException) -> str:
    text = str(error).replace(chr(0), "")
    return f"{type(error).__name__}: {' '.join(text.split())}"[:LONGEST_FAULT]
