"""What this room does when others, or its own actions, have news."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from points.receipts import Coupon, Receipt
from points.signals import receipt_considered, receipt_repeated
from rewards.actions.coupons import coupons_for, coupons_of
from rewards.signals import batch_asked
from rewards.tasks import make_codes

Coupons = dict[int, tuple[Coupon, ...]]


@receiver(batch_asked)
def make_at_once(batch_id: int, **_: Any) -> None:
    # Without a broker the sweep makes them, a few minutes later.
    with suppress(OperationalError):
        make_codes.delay(batch_id)


@receiver(receipt_considered)
def print_coupons(receipts: Sequence[Receipt], now: datetime, **_: Any) -> Coupons:
    return coupons_for(receipts=receipts, now=now)


@receiver(receipt_repeated)
def print_again(purchases: Sequence[int], **_: Any) -> Coupons:
    return coupons_of(purchases=purchases)
