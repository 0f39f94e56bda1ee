"""Goods come back: what a voucher took off is undone, in part or whole."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal
from rewards.actions.redemption import undo_redemption
from rewards.models import Capture, Redemption, Rollback, Voucher


class OtherRollback(Refusal):
    code = "other_content"


class MoreThanCaptured(Refusal):
    code = "more_than_captured"


@transaction.atomic
def roll_back(
    *,
    capture_id: int,
    amount: Decimal | None,
    key: str,
    client_id: int | None,
    actor: str,
    now: datetime,
) -> Rollback:
    """
    Undo a capture, once for each key; without an amount, all that is left of it.

    Of a gift card the value returns to the card, whatever its date. What was bought with points
    gives them back into their own lots, in proportion of all that came back so far: many parts
    come to the same as one whole. Of what cost no points the use returns, once all of it is
    undone. Refuses more than is left.
    """
    voucher, capture = _lock(capture_id)
    content = sha256(str(amount and amount.normalize()).encode()).hexdigest()
    earlier = Rollback.objects.filter(capture=capture, client_id=client_id, key=key).first()
    if earlier is not None:
        if earlier.content != content:
            raise OtherRollback(_("This key was used before, for another amount."))
        return earlier
    returned = _returned(capture, amount)
    capture.rolled_back += returned
    capture.is_undone = capture.rolled_back == capture.amount
    capture.save(update_fields=["rolled_back", "is_undone"])
    reference = uuid4()
    points = _give_back(voucher, capture, returned, reference, actor, now)
    return Rollback.objects.create(
        reference=reference,
        capture=capture,
        client_id=client_id,
        key=key,
        amount=returned,
        points=points,
        at=now,
        actor=actor,
        content=content,
    )


def points_back(
    *, redemption_id: int, share: Fraction, request_key: UUID, actor: str, now: datetime
) -> int:
    """
    Give points back until so large a share of them has come back; return how many that were.

    A target, not a delta, and no share is rounded: a third of 300 is 100. It is dated no earlier than the redemption, whatever our clock says.
    """
    bought = Redemption.objects.get(pk=redemption_id)
    target = int(bought.points * share)
    points = target - bought.restored
    if points <= 0:
        return 0
    undo_redemption(
        redemption_id=redemption_id,
        points=points,
        request_key=request_key,
        actor=actor,
        now=max(now, bought.redeemed_at),
    )
    return points


def _lock(capture_id: int) -> tuple[Voucher, Capture]:
    voucher_id = Capture.objects.values_list("voucher_id", flat=True).get(pk=capture_id)
    voucher = Voucher.objects.lock(voucher_id)
    return voucher, Capture.objects.lock(capture_id)


def _returned(capture: Capture, amount: Decimal | None) -> Decimal:
    left = capture.amount - capture.rolled_back
    returned = left if amount is None else amount
    if capture.is_undone or returned > left or (returned <= 0 and capture.amount > 0):
        raise MoreThanCaptured(
            _("More than is left of this capture: %(left)s.") % {"left": left}, left=str(left)
        )
    return returned


def _give_back(
    voucher: Voucher,
    capture: Capture,
    returned: Decimal,
    request_key: UUID,
    actor: str,
    now: datetime,
) -> int:
    share = Fraction(1)
    if capture.amount:
        share = Fraction(capture.rolled_back) / Fraction(capture.amount)
    if voucher.is_gift_card:
        voucher.captured -= returned
        voucher.used = int(voucher.left <= 0)
        voucher.save(update_fields=["captured", "used"])
        if voucher.voided_at is None or not voucher.value:
            return 0
        # The card is gone; what it was bought with comes back instead.
        share = Fraction(voucher.left) / Fraction(voucher.value)
    elif voucher.redemption_id is None:
        _return_use(voucher, capture)
    if voucher.redemption_id is None:
        return 0
    return points_back(
        redemption_id=voucher.redemption_id,
        share=share,
        request_key=request_key,
        actor=actor,
        now=now,
    )


def _return_use(voucher: Voucher, capture: Capture) -> None:
    if capture.is_undone:
        voucher.used -= 1
        voucher.save(update_fields=["used"])
