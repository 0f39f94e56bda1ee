"""How often rewards were redeemed, for how many points, and what that cost."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce, TruncWeek

from points.local_time import local_day, midnight
from points.program_cache import program_zone
from rewards.models import Redemption
from rewards.standing import period_of

WEEKS = 12
HEIGHT, STEP, WIDTH = 36, 10, 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One week as a chart draws it, and as it says it."""

    x: int
    y: int
    height: int
    times: int
    week: date


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A reward's last twelve weeks; what was undone does not count."""

    times: int
    points: int
    cost: Decimal
    bars: tuple[Bar, ...]


def redeemed_lately(reward_id: int, now: datetime) -> Redeemed:
    """Return the figures of one reward, by week, this one last."""
    zone = program_zone()
    this = period_of("week", local_day(now, zone))
    weeks = [this - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    rows = (
        Redemption.objects.filter(
            reward_id=reward_id,
            redeemed_at__gte=midnight(weeks[0], zone),
            redeemed_at__lte=now,
            undone_at__isnull=True,
        )
        .order_by()
        .annotate(week=TruncWeek("redeemed_at", tzinfo=zone))
        .values("week")
        .annotate(
            times=Count("pk"),
            paid=Sum(F("points") - F("restored")),
            spent=Coalesce(Sum("cost"), Decimal(0)),
        )
    )
    found = {row["week"].date(): row for row in rows}
    times = [found[week]["times"] if week in found else 0 for week in weeks]
    return Redeemed(
        times=sum(times),
        points=sum(row["paid"] for row in found.values()),
        cost=sum((row["spent"] for row in found.values()), Decimal(0)),
        bars=tuple(_bars(weeks, times)),
    )


def _bars(weeks: list[date], times: list[int]) -> list[Bar]:
    highest = max([*times, 1])
    drawn = []
    for place, (week, many) in enumerate(zip(weeks, times, strict=True)):
        height = max(1, round(HEIGHT * many / highest))
        drawn.append(Bar(place * STEP, HEIGHT - height, height, many, week))
    return drawn
