"""A member thinks again: taking back what was redeemed a moment ago."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from members.refusals import Refusal
from rewards.actions.redemption import undo_redemption
from rewards.models import Redemption, Voucher

WHILE = timedelta(minutes=15)


class TooLateToTakeBack(Refusal):
    code = "too_late_to_take_back"


class UsedAlready(Refusal):
    code = "used_already"


@transaction.atomic
def take_back_redemption(*, redemption_id: int, actor: str, now: datetime) -> Redemption:
    """
    Undo a redemption of at most 15 minutes ago: its voucher ends, and all points come back.

    Whoever asks twice gets them once. Refuses once the voucher was used, a till holds it or it
    was shared, and where something was handed over or given away.
    """
    voucher = Voucher.objects.filter(redemption_id=redemption_id)
    locked = voucher.select_for_update(of=("self",)).first()
    made = Redemption.objects.lock(redemption_id)
    if made.undone_at is not None:
        return made
    if locked is None or now - made.redeemed_at > WHILE:
        raise TooLateToTakeBack(_("Taking it back is possible for 15 minutes; it is too late now."))
    if not is_untouched(voucher=locked) or made.restored or made.handed_at is not None:
        raise UsedAlready(_("This voucher is in use already, so it cannot be taken back."))
    locked.voided_at, locked.void_reason = now, Voucher.TAKEN_BACK
    locked.save(update_fields=["voided_at", "void_reason"])
    return undo_redemption(
        redemption_id=redemption_id,
        points=made.points,
        request_key=uuid5(NAMESPACE_OID, f"take-back:{redemption_id}"),
        actor=actor,
        now=now,
    )


def latest_to_take_back(*, member_id: int, reward_id: int, now: datetime) -> Redemption | None:
    """Return what a member redeemed a moment ago and may still take back."""
    made = (
        Redemption.objects.filter(
            member_id=member_id,
            reward_id=reward_id,
            redeemed_at__gt=now - WHILE,
            undone_at__isnull=True,
            handed_at__isnull=True,
            voucher__isnull=False,
        )
        .select_related("voucher")
        .first()
    )
    return made if made is not None and is_untouched(voucher=made.voucher) else None


def is_untouched(*, voucher: Voucher) -> bool:
    """Whether nobody used it, holds it, ended it, or can hold a link to it."""
    is_used = voucher.used or voucher.reserved or voucher.captured
    return not is_used and voucher.voided_at is None and voucher.share_key is None
