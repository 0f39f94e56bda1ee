"""Rewards as the rules of `rewards.standing` see them."""

from collections.abc import Iterable
from datetime import datetime

from rewards.models import EarlyAccess, Reward
from rewards.standing import Offer, Price


def price_of(reward: Reward) -> Price:
    """Return what a reward costs."""
    return Price(
        points=reward.points,
        value=reward.value,
        step_points=reward.step_points,
        step_value=reward.step_value,
        most_points=reward.most_points,
    )


def offer_of(reward: Reward, early: Iterable[tuple[int, datetime]] = ()) -> Offer:
    """Return what decides who may have a reward; ask its stock along with it."""
    return Offer(
        points=reward.points,
        is_live=reward.state == Reward.State.LIVE,
        is_for_all=reward.audience == Reward.Audience.EVERYBODY,
        is_for_invited=reward.audience == Reward.Audience.INVITED,
        tier=reward.tier_id or 0,
        from_at=reward.from_at,
        until_at=reward.until_at,
        early=tuple(early),
        per_member=reward.per_member,
        period=reward.period,
        free=reward.free,
    )


def early_of(reward: Reward, now: datetime) -> list[tuple[int, datetime]]:
    """Return (tier, from when) of early access; asks nothing once the window is open."""
    if reward.from_at is None or reward.from_at <= now:
        return []
    return list(EarlyAccess.objects.filter(reward=reward).values_list("tier_id", "from_at"))
