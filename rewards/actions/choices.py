"""Counting what members of each tier chose lately, so that the catalog can be sorted by it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from rewards.models import Choice, Redemption

LATELY = timedelta(days=90)


@transaction.atomic
def count_choices(*, now: datetime) -> int:
    """
    Count anew how many members of each tier chose each reward in the last ninety days.

    One read over what was redeemed since; what was undone does not count. Returns of how many
    rewards there are counts.
    """
    chosen = list(
        Redemption.objects.filter(redeemed_at__gt=now - LATELY, undone_at__isnull=True)
        .order_by()
        .values("reward_id", "tier")
        .annotate(members=Count("member_id", distinct=True))
    )
    Choice.objects.bulk_create(
        [Choice(counted_at=now, **row) for row in chosen],
        update_conflicts=True,
        unique_fields=["tier", "reward"],
        update_fields=["members", "counted_at"],
    )
    Choice.objects.exclude(counted_at=now).delete()
    return len({row["reward_id"] for row in chosen})
