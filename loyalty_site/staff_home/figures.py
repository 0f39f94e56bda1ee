"""The day's figures beside last week's, with the days between; of one store for who works in one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from loyalty_site.staff_home.chart import Bar, bars
from members.models import Member, User
from points.kinds import Kind
from points.local_time import local_day, midnight
from points.models import Entry, Purchase
from points.reports.wording import money, whole

WEEK = timedelta(days=7)
DAYS = 14
"""As many days as a chart has bars, today among them."""
KEPT = 300
"""Seconds for which days that are over are not counted again."""
MOVES = {"earned": Kind.EARNED, "redeemed": Kind.REDEEMED, "expired": Kind.EXPIRED}
ByDay = dict[date, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Spans:
    """Today so far, the same part of that day a week ago, and all of that day."""

    today: datetime
    now: datetime
    last: datetime
    last_now: datetime
    last_end: datetime

    def either(self, field: str) -> Q:
        """Rows of either day; the database reads no others."""
        return between(field, self.today, self.now) | between(field, self.last, self.last_end)

    def each(self, field: str) -> dict[str, Q]:
        return {
            "today": between(field, self.today, self.now),
            "by_now": between(field, self.last, self.last_now),
            "whole_day": between(field, self.last, self.last_end),
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of today beside last week's, the days between, and the list behind it."""

    label: str
    today: str
    by_now: str
    whole_day: str
    url: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Amount:
    """What is added up: a column, of some rows or of all; without a column rows are counted."""

    column: str = ""
    only: Q | None = None

    def over(self, span: Q) -> Count | Sum:
        rows = span if self.only is None else self.only & span
        return (
            Sum(self.column, filter=rows or None)
            if self.column
            else Count("pk", filter=rows or None)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are counted by when something happened, and what is added up of them."""

    name: str
    rows: QuerySet[Any]
    when: str
    amounts: Mapping[str, Amount]


def between(field: str, start: datetime, end: datetime) -> Q:
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def spans_of(now: datetime, zone: ZoneInfo) -> Spans:
    """Take the local days, so that a clock change shifts nothing."""
    day = local_day(now, zone)
    last_day = day - WEEK
    wall = (now.astimezone(zone).replace(tzinfo=None) - WEEK).replace(tzinfo=zone)
    return Spans(
        today=midnight(day, zone),
        now=now,
        last=midnight(last_day, zone),
        last_now=wall,
        last_end=midnight(last_day + timedelta(days=1), zone),
    )


def figures_for(user: User, spans: Spans, zone: ZoneInfo) -> list[Figure]:
    """Show the figures whose lists this person may open; two queries for each table."""
    figures: list[Figure] = []
    if user.has_perm("members.view_member") and not user.store:
        figures += joined(spans, zone)
    if user.has_perm("points.view_purchase"):
        figures += bought(spans, zone, user.store)
    if user.has_perm("points.view_entry") and not user.store:
        figures += moved(spans, zone)
    return figures


def joined(spans: Spans, zone: ZoneInfo) -> list[Figure]:
    table = Table("joined", Member.objects.all(), "joined_at", {"members": Amount()})
    url = reverse("admin:members_member_changelist")
    return [_Counted(table, spans, zone).figure(_("New members"), "members", url)]


def bought(spans: Spans, zone: ZoneInfo, store: str) -> list[Figure]:
    """Of one store also what its purchases earned; there the ledger is not added up."""
    rows = Purchase.objects.filter(store=store) if store else Purchase.objects.all()
    amounts = {"count": Amount(), "total": Amount("total"), "earned": Amount("earned")}
    counted = _Counted(Table(f"bought:{store}", rows, "placed_at", amounts), spans, zone)
    url = f"{reverse('admin:points_purchase_changelist')}?days=1"
    figures = [
        counted.figure(_("Purchases"), "count", url),
        counted.figure(_("Spent"), "total", url, is_money=True),
    ]
    return [*figures, counted.figure(_("Points earned"), "earned", url)] if store else figures


def moved(spans: Spans, zone: ZoneInfo) -> list[Figure]:
    amounts = {word: Amount("points", Q(kind=kind)) for word, kind in MOVES.items()}
    rows = Entry.objects.filter(kind__in=MOVES.values())
    counted = _Counted(Table("moved", rows, "occurred_at", amounts), spans, zone)
    url = f"{reverse('admin:points_entry_changelist')}?days=1&kind__exact="
    labels = {
        "earned": _("Points earned"),
        "redeemed": _("Points redeemed"),
        "expired": _("Points expired"),
    }
    return [counted.figure(label, word, f"{url}{MOVES[word]:d}") for word, label in labels.items()]


class _Counted:
    """The sums of a table over today, over its part of last week, and day by day."""

    def __init__(self, table: Table, spans: Spans, zone: ZoneInfo) -> None:
        self.today = local_day(spans.now, zone)
        self.sums = table.rows.filter(spans.either(table.when)).aggregate(
            **{
                f"{word}_{name}": amount.over(span)
                for word, amount in table.amounts.items()
                for name, span in spans.each(table.when).items()
            }
        )
        self.days = _days_before(table, self.today, zone)

    def figure(self, label: str, word: str, url: str, *, is_money: bool = False) -> Figure:
        def written(name: str) -> str:
            amount = abs(self.sums[f"{word}_{name}"] or 0)
            return money(Decimal(amount)) if is_money else whole(amount)

        values = [self.days.get(day, {}).get(word) or 0 for day in days_before(self.today)]
        values.append(self.sums[f"{word}_today"] or 0)
        return Figure(
            label, written("today"), written("by_now"), written("whole_day"), url, bars(values)
        )


def days_before(today: date) -> Iterable[date]:
    """The days of a chart before today, the first one first."""
    return [today - timedelta(days=back) for back in range(DAYS - 1, 0, -1)]


def _days_before(table: Table, today: date, zone: ZoneInfo) -> ByDay:
    """Add up each of the days before today, now and then: they hardly change any more."""
    key = f"staff_home:{today.isoformat()}:{zone.key}:{table.name}"
    kept: ByDay | None = cache.get(key)
    if kept is not None:
        return kept
    first = midnight(today - timedelta(days=DAYS - 1), zone)
    rows = (
        table.rows.filter(between(table.when, first, midnight(today, zone)))
        .annotate(day=TruncDate(F(table.when), tzinfo=zone))
        .values("day")
        .order_by("day")
        .annotate(**{word: amount.over(Q()) for word, amount in table.amounts.items()})
    )
    counted: ByDay = {row.pop("day"): row for row in rows}
    cache.set(key, counted, KEPT)
    return counted
