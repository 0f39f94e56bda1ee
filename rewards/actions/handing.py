"""Handing over what was redeemed: sent to the member, or set out and picked up."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.refusals import Refusal
from rewards.models import Redemption

NEXT = {
    Redemption.Handing.TO_SEND: Redemption.Handing.SENT,
    Redemption.Handing.TO_SET_OUT: Redemption.Handing.SET_OUT,
    Redemption.Handing.SET_OUT: Redemption.Handing.PICKED_UP,
}


class NotTheNextStep(Refusal):
    code = "not_the_next_step"


@transaction.atomic
def hand_over(*, redemption_id: int, step: str, now: datetime) -> Redemption:
    """Take the next step of handing over; refuses another, and what was undone."""
    made = Redemption.objects.lock(redemption_id)
    if made.undone_at is not None or NEXT.get(Redemption.Handing(made.handing)) != step:
        raise NotTheNextStep(_("This was done already, or undone; look at it again."))
    made.handing, made.handed_at = step, now
    made.save(update_fields=["handing", "handed_at"])
    return made
