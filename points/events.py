"""What can happen to a book, as the world reports it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from points.kinds import Kind


@dataclass(slots=True)
class Line:
    """One line of a receipt; `amount` was paid for all of it, `quantity` may be a weight."""

    line: int
    product: str
    department: str
    category: str
    quantity: Decimal
    amount: Decimal
    price: Decimal | None = None
    """What a piece cost when it was bought, on a line of which some has been given back."""


@dataclass(slots=True, frozen=True)
class Returned:
    """What of a receipt line is given back: so many pieces, for so much money."""

    line: int
    quantity: Decimal
    amount: Decimal


@dataclass(slots=True)
class Purchase:
    """Something bought; `total` is what was paid, including VAT."""

    rank: ClassVar[int] = 0
    key: str
    member: int
    at: datetime
    total: Decimal
    lines: tuple[Line, ...] = ()
    store: str = ""
    till: str = ""
    cashier: str = ""
    channel: str = ""
    row: int = 0


@dataclass(slots=True)
class Credit:
    """Points given: a bonus, an adjustment up or a gift received."""

    rank: ClassVar[int] = 1
    key: str
    member: int
    at: datetime
    points: int
    kind: Kind = Kind.BONUS
    reason: str = ""
    available_at: datetime | None = None
    expires_at: datetime | None = None
    row: int = 0


@dataclass(slots=True)
class Refund:
    """Money given back for a purchase; `lines` for what, where it is known."""

    rank: ClassVar[int] = 2
    key: str
    member: int
    at: datetime
    total: Decimal
    purchase: str
    row: int = 0
    lines: tuple[Returned, ...] = ()


@dataclass(slots=True)
class VoidRefund:
    """A refund that was posted by mistake."""

    rank: ClassVar[int] = 3
    key: str
    member: int
    at: datetime
    refund: str
    row: int = 0


@dataclass(slots=True)
class Restore:
    """A redemption undone, whole or (`points`) in part."""

    rank: ClassVar[int] = 3
    key: str
    member: int
    at: datetime
    redemption: str
    points: int | None = None
    row: int = 0


@dataclass(slots=True)
class Debit:
    """Points taken: a redemption, an adjustment down or a gift sent."""

    rank: ClassVar[int] = 4
    key: str
    member: int
    at: datetime
    points: int
    kind: Kind = Kind.REDEEMED
    reason: str = ""
    row: int = 0


Event = Purchase | Credit | Refund | VoidRefund | Restore | Debit


def in_lines(parts: Iterable[Returned]) -> tuple[Returned, ...]:
    """Parts of a refund in the order of the receipt, whatever order they were named in."""
    return tuple(sorted(parts, key=lambda part: (part.line, part.quantity, part.amount)))


def in_order(event: Event) -> tuple[int, datetime, int, str]:
    """Member by member, oldest first; at one instant purchase, credit, refund, restore, debit."""
    return event.member, event.at, event.rank, event.key
