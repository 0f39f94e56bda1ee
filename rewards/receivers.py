"""What this room does when it or a room below announces."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from kombu.exceptions import OperationalError

from mailroom.kinds import Kind
from mailroom.signals import letters_offered
from members.signals import departure_considered
from points.receipts import Coupon, Receipt
from points.signals import receipt_considered, receipt_repeated
from rewards.actions.coupons import coupons_for, coupons_of
from rewards.actions.turn_letters import post_turn
from rewards.reports.mail_kinds import KINDS
from rewards.reports.vouchers import vouchers_lost
from rewards.signals import batch_asked, reward_returned
from rewards.tasks import make_codes

Coupons = dict[int, tuple[Coupon, ...]]


@receiver(reward_returned)
def tell_whose_turn_it_is(place_id: int, **_: Any) -> None:
    post_turn(place_id=place_id, now=timezone.now())


@receiver(departure_considered)
def say_what_becomes_of_vouchers(member_id: int, now: datetime, **_: Any) -> str:
    return vouchers_lost(member_id, now)


@receiver(letters_offered)
def offer_letters(**_: Any) -> tuple[Kind, ...]:
    return KINDS


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
