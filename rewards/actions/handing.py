"""Handing over what was redeemed: sent to the member, or set out and picked up."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.refusals import Refusal
from rewards.models import Redemption, Voucher
from rewards.models.reward import THINGS

NEXT = {
    Redemption.Handing.TO_SEND: Redemption.Handing.SENT,
    Redemption.Handing.TO_SET_OUT: Redemption.Handing.SET_OUT,
    Redemption.Handing.SET_OUT: Redemption.Handing.PICKED_UP,
}
OUT = {Redemption.Handing.SENT, Redemption.Handing.PICKED_UP}
"""With these steps the thing leaves the house."""


class NotTheNextStep(Refusal):
    code = "not_the_next_step"


class HadAtTill(Refusal):
    code = "had_at_till"


@transaction.atomic
def hand_over(*, redemption_id: int, step: str, now: datetime) -> Redemption:
    """
    Take the next step of handing over; refuses another, and what was undone.

    What leaves the house is had: its voucher ends with it, so that no till gives it once more.
    Refuses it where a till did so already, or holds the voucher just now.
    """
    voucher = _locked_voucher(redemption_id)
    made = Redemption.objects.lock(redemption_id)
    if made.undone_at is not None or NEXT.get(Redemption.Handing(made.handing)) != step:
        raise NotTheNextStep(_("This was done already, or undone; look at it again."))
    made.handing, made.handed_at = step, now
    made.save(update_fields=["handing", "handed_at"])
    if step in OUT and voucher is not None and voucher.gives in THINGS:
        _end(voucher, now)
    return made


def _locked_voucher(redemption_id: int) -> Voucher | None:
    """Lock the voucher, before what it was bought with, as all do who change both."""
    found = Voucher.objects.filter(redemption_id=redemption_id)
    return found.select_for_update(of=("self",)).first()


def _end(voucher: Voucher, now: datetime) -> None:
    if voucher.used or voucher.reservations.live().filter(until__gt=now).exists():
        raise HadAtTill(_("A till gave it to them already, on their voucher, or is about to."))
    if voucher.voided_at is None:
        voucher.voided_at, voucher.void_reason = now, Voucher.HANDED_OVER
        voucher.save(update_fields=["voided_at", "void_reason"])
