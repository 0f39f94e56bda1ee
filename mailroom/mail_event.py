"""What a mail provider tells of a message, in our own words; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

ABOUT = re.compile(r"^<?(?P<kind>letter|delivery)-(?P<number>[0-9]{1,18})(?:@.*)?$", re.DOTALL)
NAME = "klaver"
"""Under which name a message carries its own number, for providers that number it themselves."""
BAD_ADDRESS = {"bounced", "invalid", None}
LATER = {"timed_out"}


class Happened(Enum):
    """What became of a message, as far as it matters here."""

    CAME_BACK = auto()
    CAME_BACK_FOR_NOW = auto()
    NOT_TAKEN = auto()
    COMPLAINED = auto()
    STOPPED = auto()
    ARRIVED = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class About:
    """Which of our messages it was."""

    kind: str
    number: int


def what_happened(event_type: str, reason: str | None, facts: Mapping[str, object]) -> Happened:
    """
    Say what an event means.

    A provider that blocks our mail, or rejects its content, says nothing about the address:
    the message has failed, and the address stays. Opening and clicking mean nothing here.
    """
    if event_type in ("bounced", "rejected"):
        return _not_delivered(event_type, reason, facts)
    return {
        "complained": Happened.COMPLAINED,
        "unsubscribed": Happened.STOPPED,
        "delivered": Happened.ARRIVED,
        "failed": Happened.NOT_TAKEN,
    }.get(event_type, Happened.NOTHING)


def _not_delivered(event_type: str, reason: str | None, facts: Mapping[str, object]) -> Happened:
    if event_type == "rejected" and reason in ("spam", "unsubscribed"):
        # The provider itself remembers what a reader said, and keeps mail from them.
        return Happened.COMPLAINED if reason == "spam" else Happened.STOPPED
    if reason in LATER or is_soft(facts):
        return Happened.CAME_BACK_FOR_NOW
    if reason not in BAD_ADDRESS or (event_type == "rejected" and reason is None):
        return Happened.NOT_TAKEN
    return Happened.CAME_BACK


def is_soft(facts: Mapping[str, object]) -> bool:
    """Whether the provider's own words say that the address may take mail another day."""
    words = [str(facts.get(key, "")).lower() for key in ("Type", "event", "type")]
    return any("soft" in word for word in words) or facts.get("hard_bounce") is False


def about_of(metadata: Mapping[str, object], message_id: str | None) -> About | None:
    """Find which of our messages it was: by the number it carried, else by its Message-ID."""
    for name in (metadata.get(NAME), message_id):
        found = ABOUT.match(str(name)) if name else None
        if found:
            return About(found["kind"], int(found["number"]))
    return None


def on_one_line(text: object) -> str:
    """Keep of somebody else's words what can be kept and shown."""
    return "".join(sign if sign.isprintable() else " " for sign in str(text)).strip()


def moment_of(told: datetime | None, now: datetime) -> datetime:
    """When it happened; a clock that runs ahead is not believed."""
    return min(told, now) if told is not None and told.tzinfo is not None else now
