"""Writing down which cards are used unusually, once a night."""

from datetime import datetime, timedelta

from django.db import transaction

from points.card_use import Unusual
from points.local_time import local_day, midnight
from points.models import LookedInto, UnusualUse
from points.models.unusual_use import WHOSE
from points.program_cache import current_program
from points.reports.unusual_use import look_for_unusual_use, times_of


def find_unusual_use(*, now: datetime) -> int:
    """Count each period up to the last midnight; return how much stands out in any of them."""
    versions = current_program().versions
    if not versions:
        return 0
    zone = versions[0].zone
    until = midnight(local_day(now, zone), zone)
    return sum(_find(days, until) for days in UnusualUse.PERIODS)


@transaction.atomic
def settle_unusual_use(*, use_id: int, words: str, staff_id: int, now: datetime) -> LookedInto:
    """
    Write down what came of looking into a card; the first answer to a night's count stands.

    It settles the card at that cashier in every period, until one lies wholly after it.
    """
    use = UnusualUse.objects.get(pk=use_id)
    same = {field: getattr(use, field) for field in WHOSE}
    looked, _is_new = LookedInto.objects.get_or_create(
        **same, until=use.until, defaults={"by_id": staff_id, "at": now, "words": words.strip()}
    )
    return looked


@transaction.atomic
def _find(days: int, until: datetime) -> int:
    """Put what is found now in the place of what was found before."""
    found = [_row(one, days, until) for one in look_for_unusual_use(days=days, until=until)]
    zone = current_program().versions[0].zone
    for row in found:
        row.busiest_on, row.busiest = times_of(row, zone).busiest
    UnusualUse.objects.filter(days=days).delete()
    UnusualUse.objects.bulk_create(found)
    return len(found)


def _row(one: Unusual, days: int, until: datetime) -> UnusualUse:
    cashier = one.pair.cashier
    return UnusualUse(
        days=days,
        since=until - timedelta(days=days),
        until=until,
        source_id=cashier.source_id,
        store=cashier.store,
        who=cashier.name,
        is_till=cashier.is_till,
        member_id=one.pair.member_id,
        purchases=one.pair.purchases,
        points=one.pair.points,
        expected=one.expected,
        score=one.score,
        next_card=one.next_card,
        next_cashier=one.next_cashier,
        usual=one.usual,
    )
