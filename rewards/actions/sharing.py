"""Giving a gift card away by a link, and ending the link."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal
from rewards.models import Voucher

SHARED = ["share_key", "shares_name", "greeting"]


class OnlyGiftCardsAreShared(Refusal):
    code = "only_gift_cards_are_shared"


class GiftCardIsOver(Refusal):
    code = "gift_card_is_over"


@transaction.atomic
def share_gift_card(
    *, voucher_id: int, member_id: int, shows_name: bool, now: datetime, greeting: str = ""
) -> Voucher:
    """
    Make the link that opens a gift card without a login, or keep the one there is.

    `shows_name` says whether who opens it reads who gives it; they read the `greeting`. Refuses other vouchers, and gift
    cards that can no longer be used.
    """
    voucher = _locked(voucher_id, member_id)
    if not voucher.is_gift_card:
        raise OnlyGiftCardsAreShared(_("Only gift cards can be given away by a link."))
    if voucher.state(now) not in Voucher.OPEN:
        raise GiftCardIsOver(_("This gift card can no longer be used, so it cannot be shared."))
    voucher.share_key = voucher.share_key or uuid4()
    voucher.shares_name, voucher.greeting = shows_name, greeting
    voucher.save(update_fields=SHARED)
    return voucher


@transaction.atomic
def end_sharing(*, voucher_id: int, member_id: int) -> Voucher:
    """Let the link open nothing any more; a link that is made later is another."""
    voucher = _locked(voucher_id, member_id)
    voucher.share_key, voucher.shares_name, voucher.greeting = None, False, ""
    voucher.save(update_fields=SHARED)
    return voucher


def _locked(voucher_id: int, member_id: int) -> Voucher:
    voucher = Voucher.objects.lock(voucher_id)
    if voucher.member_id != member_id:
        raise Voucher.DoesNotExist
    return voucher
