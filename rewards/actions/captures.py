"""A voucher is used: what it takes off the order is gone, once."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal
from members.signals import announce
from rewards.actions.reservations import locked
from rewards.models import Capture, Reservation, Voucher
from rewards.reports.validation import uses_by_member
from rewards.signals import voucher_captured


class OtherCapture(Refusal):
    code = "other_content"


class ReservationReleased(Refusal):
    code = "reservation_released"


class ReservationRanOut(Refusal):
    code = "reservation_ran_out"


class TakenByAnother(Refusal):
    code = "taken_by_another"


class CapturedWhole(Refusal):
    code = "captured_whole"


class MoreThanReserved(Refusal):
    code = "more_than_reserved"


@transaction.atomic
def capture_reservation(
    *, reservation_id: int, amount: Decimal | None, actor: str, now: datetime
) -> Capture:
    """
    Use a voucher that is held; without an amount, for all that was reserved.

    Once a reservation: again with the same amount returns the first capture. A gift card may be
    captured for less than was reserved, anything else is captured whole. While the hold lasts it
    counts, even if the voucher expired or was withdrawn since. A hold that ran out is still good
    if the voucher is, and nobody else has taken it.
    """
    voucher, held = locked(reservation_id=reservation_id)
    earlier = Capture.objects.filter(reservation=held).first()
    if earlier is not None:
        if amount is not None and amount != earlier.amount:
            raise OtherCapture(_("This reservation was captured before, for another amount."))
        return earlier
    if held.state == Reservation.State.RELEASED:
        raise ReservationReleased(_("This reservation was let go; reserve the voucher again."))
    wanted = _wanted(voucher, held, amount)
    _check_still_good(voucher, held, wanted, now)
    _use(voucher, held, wanted, now)
    capture = Capture.objects.create(
        reservation=held,
        voucher=voucher,
        amount=wanted,
        order=held.order,
        captured_at=now,
        actor=actor,
    )
    announce(voucher_captured, capture_id=capture.pk)
    return capture


def _wanted(voucher: Voucher, held: Reservation, amount: Decimal | None) -> Decimal:
    if amount is None:
        return held.amount
    if not voucher.is_gift_card and amount != held.amount:
        raise CapturedWhole(
            _("This voucher is captured whole: %(amount)s.") % {"amount": held.amount},
            amount=str(held.amount),
        )
    if not 0 <= amount <= held.amount or (voucher.is_gift_card and amount == 0):
        raise MoreThanReserved(
            _("Capture more than nothing and at most what was reserved: %(amount)s.")
            % {"amount": held.amount},
            amount=str(held.amount),
        )
    return amount


def _check_still_good(voucher: Voucher, held: Reservation, wanted: Decimal, now: datetime) -> None:
    if held.state == Reservation.State.LIVE and held.until > now:
        return
    _check_not_taken(voucher, held, wanted, now)
    if voucher.state(now) in {Voucher.State.VOID, Voucher.State.EXPIRED}:
        raise ReservationRanOut(
            _("The reservation ran out, and the voucher is of no use any more.")
        )


def _check_not_taken(voucher: Voucher, held: Reservation, wanted: Decimal, now: datetime) -> None:
    # As long as nobody marked it as lapsed, it is among those that are held.
    others = voucher.reserved - int(held.state == Reservation.State.LIVE)
    is_free = voucher.used + others < voucher.most_uses
    has_enough = not voucher.is_gift_card or wanted <= voucher.left
    if not is_free or not has_enough or not _within_limit(voucher, held, now):
        raise TakenByAnother(
            _("The reservation ran out, and somebody else has taken the voucher since.")
        )


def _within_limit(voucher: Voucher, held: Reservation, now: datetime) -> bool:
    most = voucher.batch.per_member if voucher.batch is not None else None
    if most is None or held.member_id is None:
        return True
    return uses_by_member(voucher, held.member_id, now, besides=held.pk) < most


def _use(voucher: Voucher, held: Reservation, wanted: Decimal, now: datetime) -> None:
    if held.state == Reservation.State.LIVE:
        voucher.reserved -= 1
    if voucher.is_gift_card:
        voucher.captured += wanted
        voucher.used = int(voucher.left <= 0)
    else:
        voucher.used += 1
    voucher.save(update_fields=["reserved", "captured", "used"])
    held.state, held.ended_at = Reservation.State.CAPTURED, now
    held.save(update_fields=["state", "ended_at"])
