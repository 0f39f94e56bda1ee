"""Vouchers as members have them, made by the room's own action."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from rewards.actions.issuing import Worth, new_voucher
from rewards.models import Redemption, Reward, Voucher
from rewards.models.reward import Gives
from tests import make


def voucher(
    of=None, value="8.00", *, now=make.NOW, days=90, since=0, reward=None, **worth
) -> Voucher:
    """A voucher of this member: by default € 8 off an order, valid for 90 days."""
    worth = {"gives": Gives.DISCOUNT, "value": value and Decimal(value)} | worth
    made = new_voucher(
        worth=Worth(**worth),
        valid_from=now + timedelta(days=since),
        expires_at=now + timedelta(days=days),
        now=now,
        member_id=of.pk if of is not None else None,
        reward_id=reward.pk if reward is not None else None,
    )
    made.redemption = redeemed(of, reward, now) if reward is not None else None
    made.save()
    return made


def gift_card(of=None, value="25.00", **fields) -> Voucher:
    return voucher(of, value, gives=Gives.GIFT_CARD, **fields)


def reward(**fields) -> Reward:
    facts = {
        "gives": Gives.DISCOUNT,
        "name_nl": "€ 8 korting",
        "name_en": "€8 off",
        "points": 800,
        "value": Decimal("8.00"),
        "state": Reward.State.LIVE,
        "changed_at": make.NOW,
    }
    return Reward.objects.create(**facts | fields)


def redeemed(by, what, now) -> Redemption:
    """The row behind a voucher that was bought with points."""
    return Redemption.objects.create(
        request_key=uuid4(),
        member=by,
        reward=what,
        revision=what.revision,
        points=what.points,
        value=what.value,
        tier=0,
        actor="program",
        redeemed_at=now,
    )
