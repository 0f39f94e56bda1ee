"""What a book is made of: entries, lots, debts, and purchases, redemptions and refunds as posted."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from points.events import Line, Purchase, Returned
from points.kinds import Kind

canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""JSON as the hash needs it: sorted keys, no spaces, strings and integers only."""


class Refused(Exception):
    """A rule says no; `code` says which, `details` with what figures."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Standing(StrEnum):
    """What a member may do with points."""

    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"


@dataclass(slots=True, frozen=True)
class Stamp:
    """When a batch was recorded, from which source and by whom; the same for all of its entries."""

    recorded_at: datetime
    source: int
    actor: str


@dataclass(slots=True)
class Entry:
    """One line of the ledger; `explanation` is canonical JSON, `time` the instant as hashed."""

    id: int
    member: int
    sequence: int
    kind: Kind
    points: int
    time: str
    source: int
    operation: str
    explanation: str
    hash: bytes


@dataclass(slots=True)
class Lot:
    """
    What a credit leaves to spend.

    `cause` is the entry that last put points in. `moves` are the recorded changes of the
    remainder, expiries left out, that happened after a late event: (instant, points in).
    """

    id: int
    points: int
    remaining: int
    expired: int
    available_at: datetime
    expires_at: datetime
    cause: int
    loaded: tuple[int, int, int] | None = None
    moves: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.loaded is not None and self.loaded != (
            self.remaining,
            self.expired,
            self.cause,
        )

    def free(self, at: datetime) -> int:
        """
        Points a debit at that instant may take.

        For a late one, up to the smallest remainder the lot has had since; what has
        expired after that instant counts as still there.
        """
        drop = total = 0
        for instant, points in sorted(self.moves, reverse=True):
            if instant <= at:
                break
            total += points
            drop = max(drop, total)
        return max(0, self.remaining + self.expired - drop)


spending_order = attrgetter("expires_at", "available_at", "id")


@dataclass(slots=True)
class Debt:
    """The part of a claw-back that no lot could cover."""

    id: int
    points: int
    remaining: int
    at: datetime
    loaded: int | None = None


@dataclass(slots=True)
class Bought:
    """
    A purchase as posted: what refunds of it need. `taken` counts what was waived.

    Under a version with earning rules, `facts` is JSON of the circumstances it was valued in,
    and `gave` of what rules and rounding left give it now. `lines` are those it was bought
    with, `returned` what refunds by line have taken out since.
    """

    id: int
    key: str
    member: int
    at: datetime
    total: Decimal
    base: Decimal
    refunded: Decimal
    earned: int
    taken: int
    waived: int
    status: int
    tier: int
    version: int
    lot: int | None
    store: str = ""
    channel: str = ""
    facts: str | None = None
    gave: str | None = None
    returned: list[Returned] = field(default_factory=list)
    lines: tuple[Line, ...] = ()
    event: Purchase | None = None
    explanation: str | None = None
    changed: bool = False


@dataclass(slots=True)
class Taken:
    """What a posted debit still holds of each lot, in the order it was taken."""

    entry: int
    at: datetime
    parts: list[tuple[Lot, int]]

    @property
    def points(self) -> int:
        return sum(points for _, points in self.parts)


@dataclass(slots=True)
class Refunded:
    """A refund as posted; `taken` is None where nothing was left to take."""

    key: str
    purchase: Bought
    at: datetime
    total: Decimal
    waived: int
    taken: Taken | None
    explanation: str
    id: int | None = None
    lines: tuple[Returned, ...] = ()
    voided_by: str | None = None
    voided_at: datetime | None = None
    beyond_paid: Decimal = Decimal(0)
