"""Taking a voucher out of use."""

from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.traces import record_act
from members.refusals import Refusal
from rewards.actions.rollbacks import points_back
from rewards.models import Voucher

VOIDED = UUID("1e4b2a3c-0c5e-5d0e-9a54-0b6b3a5f7c11")
"""The name space of the request keys under which voiding gives points back."""


class CannotBeVoided(Refusal):
    code = "cannot_be_voided"


class HeldByTill(Refusal):
    code = "voucher_held"


@transaction.atomic
def void_voucher(*, voucher_id: int, staff_id: int, reason: str, now: datetime) -> Voucher:
    """
    Withdraw a voucher, with a trace; twice changes nothing.

    What it was bought with comes back, of a gift card in proportion of what it still holds.
    Refuses what was used up or has expired, and what a till holds just now: the price of that
    order has been told. Of a code that many may use, the holds stay good for their fifteen minutes.
    """
    voucher = Voucher.objects.lock(voucher_id)
    if voucher.is_withdrawn:
        return voucher
    if voucher.used >= voucher.most_uses:
        raise CannotBeVoided(_("This voucher has been used; there is nothing to withdraw."))
    if voucher.expires_at <= now:
        raise CannotBeVoided(_("This voucher has expired; there is nothing to withdraw."))
    if voucher.most_uses == 1 and voucher.reservations.live().filter(until__gt=now).exists():
        raise HeldByTill(
            _("A till holds this voucher just now; try again in a quarter of an hour.")
        )
    voucher.voided_at, voucher.void_reason = now, reason
    voucher.save(update_fields=["voided_at", "void_reason"])
    points = _points_back(voucher, staff_id, now)
    record_act(
        staff_id=staff_id,
        what=_("Withdrew the voucher that ends in %(tail)s") % {"tail": voucher.tail},
        on=voucher,
        now=now,
        member_id=voucher.member_id,
        after={"points": points},
        reason=reason,
    )
    return voucher


def _points_back(voucher: Voucher, staff_id: int, now: datetime) -> int:
    if voucher.redemption_id is None:
        return 0
    share = Fraction(1)
    if voucher.is_gift_card and voucher.value:
        share = Fraction(voucher.left) / Fraction(voucher.value)
    return points_back(
        redemption_id=voucher.redemption_id,
        share=share,
        request_key=uuid5(VOIDED, str(voucher.reference)),
        actor=f"user:{staff_id}",
        now=now,
    )
