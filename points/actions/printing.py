"""Asking the rooms above what goes below a receipt; none of them can stop a purchase."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.dispatch import Signal

from points.book_rows import Bought
from points.receipts import Coupon, Receipt
from points.signals import receipt_considered, receipt_repeated

log = structlog.get_logger("klaver.receipts")
Coupons = dict[int, tuple[Coupon, ...]]
"""By purchase; one without any is left out."""


def coupons_for(*, bought: Iterable[Bought], now: datetime) -> Coupons:
    """Ask what is printed below receipts that are posted now, in the transaction that posts them."""
    receipts = [
        Receipt(
            purchase=one.id,
            member=one.member,
            placed_at=one.at,
            total=one.total,
            store=one.store,
            tier=one.tier,
        )
        for one in bought
    ]
    return _asked(receipt_considered, receipts=receipts, now=now) if receipts else {}


def coupons_of(*, purchases: Sequence[int]) -> Coupons:
    """Ask what was printed below receipts that were posted before."""
    return _asked(receipt_repeated, purchases=purchases) if purchases else {}


def _asked(signal: Signal, **facts: Any) -> Coupons:
    printed: Coupons = {}
    for receiver, answer in signal.send_robust(sender=None, **facts):
        if isinstance(answer, Exception):
            name = getattr(receiver, "__qualname__", repr(receiver))
            log.error("no coupons", receiver=name, exc_info=answer)
            continue
        for purchase, coupons in answer.items():
            printed[purchase] = (*printed.get(purchase, ()), *coupons)
    return printed
