"""Choosing lines of the book by kind and period."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from points.local_time import midnight
from points.models import Entry, Purchase
from points.reports.lines import NOTHING, TITLES

Bounds = tuple[date, date]
Rows = QuerySet[Any]

PERIODS: dict[str, tuple[object, Callable[[date], Bounds]]] = {
    "month": (
        _("Last 30 days"),
        lambda today: (today - timedelta(days=29), today + timedelta(days=1)),
    ),
    "year": (_("This year"), lambda today: (date(today.year, 1, 1), date(today.year + 1, 1, 1))),
    "earlier": (_("Last year"), lambda today: (date(today.year - 1, 1, 1), date(today.year, 1, 1))),
}


def start_of(day: date) -> datetime:
    return midnight(day, timezone.get_default_timezone())


class BookFilter(django_filters.FilterSet):
    """What the two selects above the book choose."""

    happened = "occurred_at"

    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        choices=[
            *((int(kind), title) for kind, title in TITLES.items()),
            (NOTHING, _("Purchase without points")),
        ],
        empty_label=_("Everything"),
        method="of_kind",
    )
    period = django_filters.ChoiceFilter(
        label=_("Period"),
        choices=[(name, label) for name, (label, _bounds) in PERIODS.items()],
        empty_label=_("Always"),
        method="within",
    )

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = []

    def of_kind(self, entries: Rows, _name: str, kind: str) -> Rows:
        return entries.filter(kind=int(kind))

    def within(self, rows: Rows, _name: str, period: str) -> Rows:
        first, end = PERIODS[period][1](timezone.localdate())
        return rows.filter(
            **{f"{self.happened}__gte": start_of(first), f"{self.happened}__lt": start_of(end)}
        )


class WithoutPoints(BookFilter):
    """The same selects over purchases that earned nothing and so stand in no book."""

    happened = "placed_at"

    class Meta:
        model = Purchase
        fields: ClassVar[list[str]] = []

    def of_kind(self, purchases: Rows, _name: str, _kind: str) -> Rows:
        return purchases
