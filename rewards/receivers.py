"""What this room does when it or a room below announces."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _text
from kombu.exceptions import OperationalError

from mailroom.kinds import Kind
from mailroom.signals import letters_offered
from members.signals import database_restored, departure_considered, replacement_considered
from points.receipts import Coupon, Receipt
from points.signals import receipt_considered, receipt_repeated
from rewards.actions.coupons import coupons_for, coupons_of
from rewards.actions.restoring import replay_exports, replay_stopped_batches
from rewards.actions.turn_letters import post_turn
from rewards.reports.mail_kinds import KINDS
from rewards.reports.restoring import batches_stopped_since, exports_since
from rewards.reports.vouchers import vouchers_lost
from rewards.signals import batch_asked, reward_returned
from rewards.tasks import make_codes

Coupons = dict[int, tuple[Coupon, ...]]
Rows = list[dict[str, Any]]


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


@receiver(replacement_considered)
def carry_exports(using: str, made_at: datetime, **_: Any) -> tuple[str, Rows]:
    return "exports", exports_since(using=using, made_at=made_at)


@receiver(replacement_considered)
def carry_stopped_batches(using: str, made_at: datetime, **_: Any) -> tuple[str, Rows]:
    return "stopped_batches", batches_stopped_since(using=using, made_at=made_at)


@receiver(database_restored)
def keep_batches(carried: Mapping[str, Rows], now: datetime, **_: Any) -> str:
    """First what was withdrawn, then what left: its codes are wiped as they were."""
    stopped = replay_stopped_batches(rows=carried.get("stopped_batches", []))
    exported = replay_exports(rows=carried.get("exports", []), now=now)
    if not stopped and not exported:
        return ""
    return _text(
        "%(exported)s batches of codes that left since stay exported, and %(stopped)s that were "
        "withdrawn since stay withdrawn."
    ) % {"exported": exported, "stopped": stopped}
