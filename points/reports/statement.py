"""Where a member stands at an instant."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Min, Q, Sum

from points.local_time import local_day, midnight
from points.models import Account, Lot, Purchase
from points.placement import Reach, status_on, to_rise, to_stay
from points.program_cache import current_program
from points.reports.wording import last_day
from points.rules import ONE, Rules


@dataclass(frozen=True, slots=True)
class Situation:
    """
    What a member has, as true at an instant whether or not the nightly job has run.

    `balance` includes pending points; `expiring` are (last valid day, points), soonest
    first, of all that can still expire; `missing` status points in the window of
    `window_days` lead to `next_tier`, which asks for `threshold`. `reach` is what one purchase
    must bring to get there, `keep` what it must bring to stay; None where there is nothing to
    reach or to lose. `arrives` is the first day on which pending points can be spent. `today`
    is the local day of the program on which all this is so.
    """

    today: date
    balance: int
    spendable: int
    pending: int
    arrives: date | None
    debt: int
    expiring: tuple[tuple[date, int], ...]
    tier: int
    tier_since: datetime | None
    multiplier: Decimal
    status: int
    window_days: int
    next_tier: int | None
    threshold: int
    missing: int
    reach: Reach | None
    keep: Reach | None


def situation(member_id: int, now: datetime) -> Situation:
    """Return where a member stands; four queries, over open lots and the window only."""
    rules = current_program().at(now)
    account = _account(member_id)
    lots = _lots(member_id, now)
    due = sum(lot.held for lot in lots if lot.end <= now)
    alive = [lot for lot in lots if lot.end > now]
    held = sum(lot.held for lot in alive)
    pending = sum(lot.pending for lot in alive)
    tier = account.tier_id or 0
    days = status_days(member_id, rules, now) if rules else []
    today = local_day(now, rules.zone) if rules else now.date()
    status = status_on(days, today, rules.window_days) if rules else 0
    next_tier = tier + 1 if rules and tier < rules.top else None
    threshold = rules.threshold(next_tier) if rules and next_tier else 0
    return Situation(
        today=today,
        balance=account.balance - due,
        spendable=max(0, held - pending - account.debt),
        pending=pending,
        arrives=_arrives(alive, rules),
        debt=account.debt,
        expiring=_expiring(alive, rules),
        tier=tier,
        tier_since=account.tier_since,
        multiplier=rules.multiplier(tier) if rules else ONE,
        status=status,
        window_days=rules.window_days if rules else 0,
        next_tier=next_tier,
        threshold=threshold,
        missing=max(0, threshold - status),
        reach=to_rise(rank=tier, days=days, today=today, rules=rules) if rules else None,
        keep=_keep(account, days, today, rules) if rules else None,
    )


def _keep(
    account: Account, days: list[tuple[date, int]], today: date, rules: Rules
) -> Reach | None:
    since = local_day(account.tier_since, rules.zone) if account.tier_since else today
    return to_stay(rank=account.tier_id or 0, since=since, days=days, today=today, rules=rules)


def _account(member_id: int) -> Account:
    """Return the account; one that nothing was posted to yet holds nothing."""
    known = Account.objects.filter(pk=member_id).order_by("member_id").first()
    return known or Account(member_id=member_id)


def status_days(member_id: int, rules: Rules, now: datetime) -> list[tuple[date, int]]:
    """Load (local day, status points) of what the window sees today or saw within the grace."""
    back = timedelta(days=rules.window_days + rules.grace_days)
    first = midnight(local_day(now, rules.zone) - back, rules.zone)
    bought = (
        Purchase.objects.filter(
            member_id=member_id, placed_at__gte=first, placed_at__lte=now, status__gt=0
        )
        .order_by("placed_at")
        .values_list("placed_at", "status")
    )
    return [(local_day(placed_at, rules.zone), points) for placed_at, points in bought]


@dataclass(frozen=True, slots=True)
class _Held:
    """What lots that end together hold, and how much of it is still to come."""

    end: datetime
    held: int
    pending: int
    arrives: datetime | None


def _lots(member_id: int, now: datetime) -> list[_Held]:
    """Add up what lots hold by when they end."""
    later = Q(available_at__gt=now)
    held = (
        Lot.objects.filter(member_id=member_id, remaining__gt=0)
        .order_by()
        .values_list("expires_at")
        .annotate(
            held=Sum("remaining"),
            pending=Sum("remaining", filter=later, default=0),
            arrives=Min("available_at", filter=later),
        )
    )
    return [
        _Held(end, int(points), int(pending), arrives) for end, points, pending, arrives in held
    ]


def _arrives(lots: list[_Held], rules: Rules | None) -> date | None:
    first = min((lot.arrives for lot in lots if lot.arrives), default=None)
    return local_day(first, rules.zone) if first and rules else None


def _expiring(lots: list[_Held], rules: Rules | None) -> tuple[tuple[date, int], ...]:
    days: dict[date, int] = {}
    for lot in lots:
        until = last_day(lot.end, rules.zone) if rules else None
        if until is not None:
            days[until] = days.get(until, 0) + lot.held
    return tuple(sorted(days.items()))
