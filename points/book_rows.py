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
class Circumstances:
    """
    What the past says about a purchase, kept with it for ever.

    `room` is what the caps still allow, by rule (`WHOLE` for all points); `carried` the part
    of a point left over from before, below nothing after a return.
    """

    is_first: bool = False
    birthdays: frozenset[int] = frozenset()
    room: dict[int, Decimal] = field(default_factory=dict)
    carried: Decimal = Decimal(0)

    def as_json(self) -> str:
        """Write down what is not as usual."""
        facts: dict[str, object] = {}
        if self.is_first:
            facts["first"] = 1
        if self.birthdays:
            facts["birthdays"] = sorted(self.birthdays)
        if self.room:
            facts["room"] = {str(rule): plain(room) for rule, room in self.room.items()}
        if self.carried:
            facts["carried"] = plain(self.carried)
        return canonical(facts)

    @classmethod
    def from_json(cls, written: str) -> "Circumstances":
        facts = json.loads(written)
        return cls(
            is_first=bool(facts.get("first")),
            birthdays=frozenset(facts.get("birthdays", ())),
            room={int(rule): Decimal(room) for rule, room in facts.get("room", {}).items()},
            carried=Decimal(facts.get("carried", "0")),
        )


@dataclass(slots=True)
class Gave:
    """What each rule gives a purchase now, and what rounding leaves of it."""

    extras: dict[int, Decimal] = field(default_factory=dict)
    left: Decimal = Decimal(0)

    def as_json(self) -> str:
        gave: dict[str, object] = {}
        if self.extras:
            gave["extras"] = {str(rule): plain(extra) for rule, extra in self.extras.items()}
        if self.left:
            gave["left"] = plain(self.left)
        return canonical(gave)

    @classmethod
    def from_json(cls, written: str) -> "Gave":
        gave = json.loads(written)
        extras = {int(rule): Decimal(extra) for rule, extra in gave.get("extras", {}).items()}
        return cls(extras, Decimal(gave.get("left", "0")))


def plain(amount: Decimal) -> str:
    """Write an amount without zeros that say nothing, and never with an exponent."""
    return f"{amount.normalize():f}"


@dataclass(slots=True)
class Bought:
    """
    A purchase as posted: what refunds of it need. `taken` counts what was waived.

    Under a version with earning rules, `facts` are the circumstances it was valued in, and
    `gave` what rules and rounding give it now. `lines` are those it was bought with,
    `returned` what refunds by line have taken out since.
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
    facts: Circumstances | None = None
    gave: Gave | None = None
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
