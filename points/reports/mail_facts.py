"""What mail can say of a member's points: a few queries for many members together."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from mailroom.facts import Fact
from points.local_time import local_day, midnight
from points.models import Account, Lot, Purchase
from points.placement import status_on
from points.program_cache import current_program
from points.reports.wording import day, last_day, points_text, tier_name
from points.rules import Rules

OFFERED = (
    Fact("balance", _("all points, those that are still to come included"), _("1,250 points")),
    Fact("spendable", _("points to spend today"), _("1,120 points")),
    Fact("tier", _("tier"), _("Silver")),
    Fact("next_tier", _("next tier"), _("Gold")),
    Fact("to_next_tier", _("points missing for the next tier"), _("380 points")),
    Fact("expiring_points", _("points that expire first"), _("120 points")),
    Fact("expiring_on", _("last day of the points that expire first"), _("14 July 2026")),
)
NAMES = frozenset(fact.name for fact in OFFERED)
OF_LOTS = {"balance", "spendable", "expiring_points", "expiring_on"}
OF_STATUS = {"next_tier", "to_next_tier"}


@dataclass(slots=True)
class _Held:
    """What open lots hold: alive, of that still to come, and by last day."""

    alive: int = 0
    pending: int = 0
    due: int = 0
    ends: dict[date, int] = field(default_factory=dict)


def mail_facts(
    member_ids: Collection[int], wanted: Collection[str], now: datetime
) -> dict[int, dict[str, str]]:
    """
    Return what is wanted of each member, as words in the language in force.

    Nothing is said of nothing: a member without points or without a tier has no such value,
    so that the words which the writer gave for that come in its place.
    """
    asked = NAMES & set(wanted)
    rules = current_program().at(now)
    if not asked or rules is None:
        return {}
    accounts = Account.objects.in_bulk(list(member_ids))
    held = _held(member_ids, rules, now) if OF_LOTS & asked else {}
    status = _status(member_ids, rules, now) if OF_STATUS & asked and rules.top else {}
    return {
        member: {
            name: words
            for name, words in _words(
                account, held.get(member, _Held()), status.get(member, 0), rules
            )
            if name in asked and words
        }
        for member, account in accounts.items()
    }


def _words(account: Account, held: _Held, status: int, rules: Rules) -> Iterable[tuple[str, str]]:
    tier = account.tier_id or 0
    yield "balance", _some(account.balance - held.due)
    yield "spendable", _some(held.alive - held.pending - account.debt)
    yield "tier", tier_name(rules, tier) if tier and rules.top else ""
    if tier < rules.top:
        yield "next_tier", tier_name(rules, tier + 1)
        yield "to_next_tier", _some(rules.threshold(tier + 1) - status)
    if held.ends:
        first = min(held.ends)
        yield "expiring_points", _some(held.ends[first])
        yield "expiring_on", day(first)


def _some(points: int) -> str:
    return points_text(points) if points > 0 else ""


def _held(member_ids: Collection[int], rules: Rules, now: datetime) -> dict[int, _Held]:
    rows = (
        Lot.objects.filter(member_id__in=member_ids, remaining__gt=0)
        .order_by()
        .values_list("member_id", "expires_at")
        .annotate(
            held=Sum("remaining"),
            pending=Sum("remaining", filter=Q(available_at__gt=now), default=0),
        )
    )
    found: dict[int, _Held] = {}
    for member, end, points, pending in rows:
        held = found.setdefault(member, _Held())
        if end <= now:
            held.due += int(points)
            continue
        held.alive += int(points)
        held.pending += int(pending)
        if until := last_day(end, rules.zone):
            held.ends[until] = held.ends.get(until, 0) + int(points)
    return found


def _status(member_ids: Collection[int], rules: Rules, now: datetime) -> dict[int, int]:
    """Status points of each member in the window that ends today."""
    today = local_day(now, rules.zone)
    first = midnight(today - timedelta(days=rules.window_days), rules.zone)
    bought: dict[int, list[tuple[date, int]]] = {}
    rows = Purchase.objects.filter(
        member_id__in=member_ids, placed_at__gte=first, placed_at__lte=now, status__gt=0
    ).order_by()
    for member, placed_at, points in rows.values_list("member_id", "placed_at", "status"):
        bought.setdefault(member, []).append((local_day(placed_at, rules.zone), points))
    return {member: status_on(days, today, rules.window_days) for member, days in bought.items()}
