"""Choosing lines of the book by kind and period."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from points.local_time import midnight
from points.models import Entry
from points.reports.lines import TITLES

Bounds = tuple[date, date]

PERIODS: dict[str, tuple[object, Callable[[date], Bounds]]] = {
    "month": (
        _("The last 30 days"),
        lambda today: (today - timedelta(days=29), today + timedelta(days=1)),
    ),
    "year": (_("This year"), lambda today: (date(today.year, 1, 1), date(today.year + 1, 1, 1))),
    "earlier": (_("Last year"), lambda today: (date(today.year - 1, 1, 1), date(today.year, 1, 1))),
}


def start_of(day: date) -> datetime:
    return midnight(day, timezone.get_default_timezone())


class BookFilter(django_filters.FilterSet):
    """What the two selects above the book choose."""

    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        choices=[(int(kind), title) for kind, title in TITLES.items()],
        empty_label=_("Everything"),
    )
    period = django_filters.ChoiceFilter(
        label=_("Period"),
        choices=[(name, label) for name, (label, _bounds) in PERIODS.items()],
        empty_label=_("Always"),
        method="within",
    )

    class Meta:
        model = Entry
        fields = ["kind"]

    def within(self, entries: QuerySet[Entry], _name: str, period: str) -> QuerySet[Entry]:
        first, end = PERIODS[period][1](timezone.localdate())
        return entries.filter(occurred_at__gte=start_of(first), occurred_at__lt=start_of(end))
