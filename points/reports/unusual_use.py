"""Counting who rang up how much on which card, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count
from django.db.models.functions import ExtractHour, TruncDate

from points.card_use import Cashier, Pair, Unusual, least_counted, unusual_pairs
from points.models import Purchase, UnusualUse

HOURS = 24
# One pass over the period, then once more over its counts for each cashier's busiest card.
COUNTS = """
WITH pairs AS MATERIALIZED (
  SELECT source_id, store, CASE WHEN cashier = '' THEN till ELSE cashier END AS who,
         cashier = '' AS is_till, member_id, count(*) AS purchases, sum(earned) AS points
    FROM points_purchase
   WHERE placed_at >= %(since)s AND placed_at < %(until)s
   GROUP BY source_id, store, who, is_till, member_id
)
SELECT source_id, store, who, is_till, member_id, purchases, points
  FROM pairs WHERE purchases >= %(least)s AND who <> ''
UNION ALL
SELECT source_id, store, who, is_till, NULL, max(purchases), NULL
  FROM pairs WHERE who <> '' GROUP BY source_id, store, who, is_till
"""


@dataclass(frozen=True, slots=True)
class Times:
    """When a card was used at a cashier: by day of the period, and by hour of the day."""

    days: Sequence[tuple[date, int]]
    hours: Sequence[int]

    @property
    def busiest(self) -> tuple[date, int]:
        return max(self.days, key=lambda one: (one[1], one[0]))


def look_for_unusual_use(*, days: int, until: datetime) -> list[Unusual]:
    """Find what stands out in so many days; one statement, whose cost grows with the period."""
    with connection.cursor() as cursor:
        # More room for the counts than the server gives by itself spares a sort on disk.
        cursor.execute("SELECT set_config('work_mem', '64MB', true)")
        cursor.execute(
            COUNTS,
            {
                "since": until - timedelta(days=days),
                "until": until,
                "least": least_counted(days),
            },
        )
        pairs, busiest = [], {}
        for source_id, store, who, is_till, member_id, purchases, points in cursor.fetchall():
            cashier = Cashier(source_id, store, who, is_till)
            if member_id is None:
                busiest[cashier] = purchases
            else:
                pairs.append(Pair(cashier, member_id, purchases, int(points)))
    return unusual_pairs(pairs, busiest, days)


def times_of(found: UnusualUse, zone: ZoneInfo) -> Times:
    """Count when those purchases were, with the index of the member; one query."""
    who = {"cashier": "", "till": found.who} if found.is_till else {"cashier": found.who}
    rows = (
        Purchase.objects.filter(
            member_id=found.member_id,
            source_id=found.source_id,
            store=found.store,
            placed_at__gte=found.since,
            placed_at__lt=found.until,
            **who,
        )
        .order_by()
        .annotate(
            day=TruncDate("placed_at", tzinfo=zone), hour=ExtractHour("placed_at", tzinfo=zone)
        )
        .values_list("day", "hour")
        .annotate(many=Count("pk"))
    )
    days: dict[date, int] = {}
    hours = [0] * HOURS
    for day, hour, many in rows:
        days[day] = days.get(day, 0) + many
        hours[hour] += many
    return Times(sorted(days.items()), hours)
