"""What a member's points take off an order now; the discounts are kept in the process."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from zlib import crc32

from django.utils.translation import gettext as _

from members.models import Member
from points.reports.statement import Situation
from rewards.models import Reward
from rewards.models.reward import Gives
from rewards.reports.offers import early_of, offer_of, price_of
from rewards.reports.takers import Known, invited_of, used_of
from rewards.reports.voucher_words import short_money
from rewards.standing import Offer, Taker, reasons_not

SECONDS_KEPT = 20
"""How long another process may still go by what the catalog was before staff changed it."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount in the catalog; of its stock the offer says only whether there is any."""

    reward: Reward
    offer: Offer

    def stage(self, now: datetime) -> tuple[object, ...]:
        """Name all that decides who may have it for how much, and where its window stands."""
        offer = self.offer
        begins = [offer.from_at, *(at for _tier, at in offer.early)]
        over = offer.until_at is not None and offer.until_at <= now
        limits = (self.reward.pk, self.reward.revision, offer.per_member, offer.period)
        audience = (offer.is_for_all, offer.is_for_invited, offer.tier, offer.early, offer.free)
        return (*limits, *audience, over, [at is None or at <= now for at in begins])


NOTHING = Decimal(0)
_kept: tuple[float, list[Discount]] | None = None


def discounts(now: datetime) -> list[Discount]:
    """Return the discounts of the catalog; a query now and then, none on most pages."""
    global _kept  # noqa: PLW0603
    if _kept is None or _kept[0] < time.monotonic():
        offered = Reward.objects.live(now).filter(gives=Gives.DISCOUNT).with_its_stock()
        _kept = (time.monotonic() + SECONDS_KEPT, [_discount(reward, now) for reward in offered])
    return _kept[1]


def forget_discounts() -> None:
    """Read the discounts anew at the next page of this process."""
    global _kept  # noqa: PLW0603
    _kept = None


def discounts_stamp(now: datetime) -> int:
    """Number what is offered at this moment: another number, and what was said may be untrue."""
    return crc32(repr([discount.stage(now) for discount in discounts(now)]).encode())


def enough_for(member: Member, standing: Situation, now: datetime) -> str:
    """
    Say what a member's points take off an order; empty as long as it is nothing.

    Asks the database only where a discount within reach is limited or for invited members.
    """
    known = Known(member, tier=standing.tier, spendable=standing.spendable, today=standing.today)
    hopeful = Taker(
        status=member.status, tier=known.tier, spendable=known.spendable, is_invited=True
    )
    near = [one for one in discounts(now) if not reasons_not(one.offer, hopeful, now, known.today)]
    rewards = [one.reward for one in near]
    limited = [reward.pk for reward in rewards if reward.per_member is not None]
    known.invited, known.used = invited_of(member, rewards), used_of(member, limited)
    allowed = [
        one.reward
        for one in near
        if not reasons_not(one.offer, known.taker(one.reward, now), now, known.today)
    ]
    return enough_words(allowed, known.spendable)


def enough_words(rewards: Iterable[Reward], spendable: int) -> str:
    """Say how much the best of these discounts, all within reach, takes off."""
    prices = [price_of(reward) for reward in rewards if reward.gives == Gives.DISCOUNT]
    values = (price.worth(price.highest(spendable)) or NOTHING for price in prices)
    most = max(values, default=NOTHING)
    return _("Enough for %(amount)s off.") % {"amount": short_money(most)} if most else ""


def _discount(reward: Reward, now: datetime) -> Discount:
    offer = offer_of(reward, early_of(reward, now))
    return Discount(reward, replace(offer, free=offer.free and 1))
