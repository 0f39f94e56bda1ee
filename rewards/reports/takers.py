"""What of a member decides which rewards they may have: read once for a whole catalog."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from members.models import Member
from points.local_time import local_day
from points.program_cache import program_zone
from points.reports.statement import situation
from rewards.models import Invited, LimitUse, Place, Reward
from rewards.standing import Taker, period_of

STRANGER = Taker(is_member=False)


@dataclass(slots=True)
class Known:
    """A member's facts, by reward where they differ."""

    member: Member | None
    tier: int = 0
    spendable: int = 0
    today: date = date.min
    invited: set[int] = field(default_factory=set)
    used: dict[tuple[int, date], int] = field(default_factory=dict)
    places: dict[int, tuple[Place, int]] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)

    def taker(self, reward: Reward, now: datetime) -> Taker:
        """Return what decides about one reward."""
        if self.member is None:
            return STRANGER
        place, before = self.places.get(reward.pk, (None, self.lines.get(reward.pk, 0)))
        return Taker(
            status=self.member.status,
            tier=self.tier,
            spendable=self.spendable,
            is_invited=reward.pk in self.invited,
            times=self.used.get((reward.pk, period_of(reward.period, self.today)), 0),
            has_piece=place is not None and place.is_held(now),
            before=before,
        )


def known_of(member: Member | None, rewards: Collection[Reward], now: datetime) -> Known:
    """Read what decides about these rewards; a fixed number of queries however many there are."""
    today = local_day(now, program_zone())
    if member is None:
        return Known(None, today=today)
    standing = situation(member.pk, now)
    limited = [reward.pk for reward in rewards if reward.per_member is not None]
    gone = [reward.pk for reward in rewards if reward.free is not None and reward.free < 1]
    return Known(
        member,
        tier=standing.tier,
        spendable=standing.spendable,
        today=today,
        invited=invited_of(member, rewards),
        used=used_of(member, limited),
        places=_places(member),
        lines=_lines(gone),
    )


def invited_of(member: Member, rewards: Collection[Reward]) -> set[int]:
    """Return which rewards a member is invited to; asks nothing if none is for invited ones."""
    if not any(reward.audience == Reward.Audience.INVITED for reward in rewards):
        return set()
    return set(Invited.objects.filter(member=member).values_list("reward_id", flat=True))


def used_of(member: Member, limited: list[int]) -> dict[tuple[int, date], int]:
    """Return how often a member had rewards that have a limit, by the first day of the period."""
    if not limited:
        return {}
    uses = LimitUse.objects.filter(member=member, reward_id__in=limited)
    return {(use.reward_id, use.since): use.times for use in uses}


def _places(member: Member) -> dict[int, tuple[Place, int]]:
    """The member's own places, each with how many wait before."""
    earlier = Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
    before = (
        Place.objects.filter(earlier, reward=OuterRef("reward"), state=Place.State.WAITING)
        .order_by()
        .values("reward")
        .annotate(many=Count("pk"))
        .values("many")
    )
    places = Place.objects.live().filter(member=member)
    found = places.annotate(before=Coalesce(Subquery(before), 0))
    return {place.reward_id: (place, vars(place)["before"]) for place in found}


def _lines(gone: list[int]) -> dict[int, int]:
    if not gone:
        return {}
    waiting = Place.objects.filter(reward_id__in=gone, state=Place.State.WAITING)
    counted = waiting.order_by().values_list("reward_id").annotate(many=Count(F("pk")))
    return dict(counted)
