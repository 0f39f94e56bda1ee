"""The catalog as somebody sees it: what they can have first, and how far off the rest is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from members.models import Member
from points.program_cache import program_zone
from rewards.models import Choice, EarlyAccess, Place, Reward, RewardPicture
from rewards.reports.offers import offer_of
from rewards.reports.takers import Known, known_of
from rewards.reports.why_not import how_far, tier_names
from rewards.reports.worth import price_text, worth_text
from rewards.standing import Reason, Why, may_see, reasons_not


@dataclass(frozen=True, slots=True)
class Item:
    """
    A reward as one reader sees it.

    `why_not` says in a few words each what is in the way; `has_points` of its price they have
    towards it, where points alone are missing.
    """

    reward: Reward
    price: str
    worth: str
    picture: RewardPicture | None
    reasons: tuple[Reason, ...]
    why_not: tuple[str, ...]
    place: Place | None
    before: int
    has_points: int | None
    chosen: int

    @property
    def can_have(self) -> bool:
        return not self.reasons

    @property
    def is_sold_out(self) -> bool:
        return any(reason.why is Why.SOLD_OUT for reason in self.reasons)

    @property
    def can_wait(self) -> bool:
        """Whether a place in line makes sense: nothing but the stock and points are missing."""
        others = {reason.why for reason in self.reasons} - {Why.SOLD_OUT, Why.POINTS}
        return self.is_sold_out and not others and self.place is None


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a reader can have now, and what not yet; `spendable` is None for who is no member."""

    now: tuple[Item, ...]
    later: tuple[Item, ...]
    spendable: int | None


def catalog_of(member: Member | None, now: datetime) -> Catalog:
    """
    Return what somebody sees of the catalog, what fits them first.

    First what they can have now, then the rest; within each what members of the same tier chose
    most lately (from `Choice`, counted by a job), then the cheapest. A fixed number of queries.
    """
    rewards = list(Reward.objects.live(now).with_its_stock())
    known = known_of(member, rewards, now)
    items = [item for item in _items(rewards, known, now) if Why.NOT_SEEN not in _whys(item)]
    items.sort(key=lambda item: (-item.chosen, item.reward.points, item.reward.pk))
    if member is None:
        return Catalog(now=tuple(items), later=(), spendable=None)
    return Catalog(
        now=tuple(item for item in items if item.can_have),
        later=tuple(item for item in items if not item.can_have),
        spendable=known.spendable,
    )


def item_of(reward_id: int, member: Member | None, now: datetime) -> tuple[Item, int | None] | None:
    """Return one reward and what can be spent; None if there is none for this reader's eyes."""
    shown = Reward.objects.exclude(state=Reward.State.DRAFT).with_its_stock()
    reward = shown.filter(pk=reward_id).first()
    if reward is None:
        return None
    known = known_of(member, [reward], now)
    if not may_see(offer_of(reward), known.taker(reward, now)):
        return None
    (item,) = _items([reward], known, now)
    return item, None if member is None else known.spendable


def _items(rewards: list[Reward], known: Known, now: datetime) -> list[Item]:
    early, pictures, chosen = _early(rewards, now), _pictures(rewards), _chosen(rewards, known)
    tiers, zone = tier_names(), program_zone()
    items = []
    for reward in rewards:
        taker = known.taker(reward, now)
        offer = offer_of(reward, early[reward.pk])
        reasons = reasons_not(offer, taker, now, known.today)
        place, before = known.places.get(reward.pk, (None, known.lines.get(reward.pk, 0)))
        short = [reason.why for reason in reasons] == [Why.POINTS]
        items.append(
            Item(
                reward=reward,
                price=price_text(reward),
                worth=worth_text(reward),
                picture=pictures.get(reward.pk),
                reasons=tuple(reasons),
                why_not=tuple(how_far(reason, tiers, zone) for reason in reasons),
                place=place,
                before=before,
                has_points=known.spendable if short else None,
                chosen=chosen.get(reward.pk, 0),
            )
        )
    return items


def _whys(item: Item) -> set[Why]:
    return {reason.why for reason in item.reasons}


def _early(rewards: list[Reward], now: datetime) -> dict[int, list[tuple[int, datetime]]]:
    closed = [reward.pk for reward in rewards if reward.from_at and reward.from_at > now]
    early: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for access in EarlyAccess.objects.filter(reward_id__in=closed) if closed else ():
        early[access.reward_id].append((access.tier_id, access.from_at))
    return early


def _pictures(rewards: Iterable[Reward]) -> dict[int, RewardPicture]:
    """One picture each, in the reader's language if there is one; without its bytes."""
    language = (get_language() or "nl")[:2]
    found = RewardPicture.objects.filter(reward__in=[reward.pk for reward in rewards])
    pictures: dict[int, RewardPicture] = {}
    for picture in found.defer("content").order_by("pk"):
        if picture.language == language or picture.reward_id not in pictures:
            pictures[picture.reward_id] = picture
    return pictures


def _chosen(rewards: list[Reward], known: Known) -> dict[int, int]:
    counted = Choice.objects.filter(tier=known.tier, reward__in=rewards)
    return dict(counted.values_list("reward_id", "members"))
