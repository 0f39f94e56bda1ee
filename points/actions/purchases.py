"""One purchase or refund at a time, as a till reports it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from points.actions.posting import post_event
from points.book import Book
from points.events import Line, Purchase, Refund, Returned, VoidRefund


@dataclass(frozen=True, slots=True)
class Where:
    """Where something was bought; each is the shop's own name for it."""

    store: str = ""
    till: str = ""
    cashier: str = ""
    channel: str = ""


NOWHERE = Where()


def record_purchase(
    *,
    member_id: int,
    source_id: int,
    receipt: str,
    placed_at: datetime,
    total: Decimal,
    actor: str,
    now: datetime,
    lines: tuple[Line, ...] = (),
    where: Where = NOWHERE,
) -> Book:
    """
    Post a purchase and return the member's book after it.

    The same receipt with the same content changes nothing; with other content it is refused.
    `total` in euros, after discounts, including VAT.
    """
    event = Purchase(
        receipt,
        member_id,
        placed_at,
        total,
        lines,
        where.store,
        where.till,
        where.cashier,
        where.channel,
    )
    return post_event(event, source_id=source_id, actor=actor, now=now)


def record_refund(
    *,
    member_id: int,
    source_id: int,
    refund: str,
    receipt: str,
    refunded_at: datetime,
    total: Decimal,
    actor: str,
    now: datetime,
    lines: tuple[Returned, ...] = (),
) -> Book:
    """
    Take back what the rest of the basket would not have earned.

    Refuses an unknown purchase and a refund before it; never refuses by age or by amount.
    """
    event = Refund(refund, member_id, refunded_at, total, receipt, lines=lines)
    return post_event(event, source_id=source_id, actor=actor, now=now)


def void_refund(
    *,
    member_id: int,
    source_id: int,
    request_key: str,
    refund: str,
    voided_at: datetime,
    actor: str,
    now: datetime,
) -> Book:
    """Undo a refund that was posted by mistake; what it took goes back where it came from."""
    event = VoidRefund(request_key, member_id, voided_at, refund)
    return post_event(event, source_id=source_id, actor=actor, now=now)
