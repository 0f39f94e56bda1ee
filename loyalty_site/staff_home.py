"""The first page of the back office: what needs a person, the day's figures, the jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty_site.job_health import JobHealth, job_health
from loyalty_site.jobs import JOBS, program_zone
from loyalty_site.models import JobRun
from members.models import Member
from points.kinds import Kind
from points.local_time import local_day, midnight
from points.models import Entry, Purchase
from points.program_cache import current_program
from points.reports.wording import money, whole

WEEK = timedelta(days=7)


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
        return self._between(field, self.today, self.now) | self._between(
            field, self.last, self.last_end
        )

    def each(self, field: str) -> dict[str, Q]:
        return {
            "today": self._between(field, self.today, self.now),
            "by_now": self._between(field, self.last, self.last_now),
            "whole_day": self._between(field, self.last, self.last_end),
        }

    @staticmethod
    def _between(field: str, start: datetime, end: datetime) -> Q:
        return Q(**{f"{field}__gte": start, f"{field}__lt": end})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of today beside last week's, and the list behind it."""

    label: str
    today: str
    by_now: str
    whole_day: str
    url: str


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that waits for a person."""

    text: str
    url: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """Fill the first page, in a constant number of queries."""
    now = timezone.now()
    zone = program_zone()
    spans = spans_of(now, zone)
    jobs = job_health(jobs=JOBS, zone=zone, now=now)
    return context | {
        "title": _("Today"),
        "figures": figures(spans),
        "weekday": date_format(spans.last.astimezone(zone), "l"),
        "jobs": jobs,
        "concerns": [*job_concerns(jobs), *program_concerns(now)],
    }


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


def figures(spans: Spans) -> list[Figure]:
    """Count and add up in three queries."""
    joined = Member.objects.filter(spans.either("joined_at")).aggregate(
        **{name: Count("pk", filter=span) for name, span in spans.each("joined_at").items()}
    )
    placed = spans.each("placed_at")
    bought = Purchase.objects.filter(spans.either("placed_at")).aggregate(
        **{f"count_{name}": Count("pk", filter=span) for name, span in placed.items()},
        **{f"total_{name}": Sum("total", filter=span) for name, span in placed.items()},
    )
    kinds = {"earned": Kind.EARNED, "redeemed": Kind.REDEEMED, "expired": Kind.EXPIRED}
    moved = Entry.objects.filter(spans.either("occurred_at"), kind__in=kinds.values()).aggregate(
        **{
            f"{word}_{name}": Sum("points", filter=span & Q(kind=kind))
            for word, kind in kinds.items()
            for name, span in spans.each("occurred_at").items()
        }
    )
    members = reverse("admin:members_member_changelist")
    purchases = f"{reverse('admin:points_purchase_changelist')}?days=1"
    entries = f"{reverse('admin:points_entry_changelist')}?days=1&kind__exact="
    return [
        _figure(_("New members"), joined, "", members),
        _figure(_("Purchases"), bought, "count_", purchases),
        _figure(_("Spent"), bought, "total_", purchases, is_money=True),
        _figure(_("Points earned"), moved, "earned_", f"{entries}{Kind.EARNED:d}"),
        _figure(_("Points redeemed"), moved, "redeemed_", f"{entries}{Kind.REDEEMED:d}"),
        _figure(_("Points expired"), moved, "expired_", f"{entries}{Kind.EXPIRED:d}"),
    ]


def job_concerns(jobs: Sequence[JobHealth]) -> list[Concern]:
    """List the jobs that failed or that keep us waiting."""
    waiting = []
    for health in jobs:
        if health.last is not None and health.last.state == JobRun.State.FAILED:
            text = _("%(job)s: failed for %(period)s")
            url = reverse("admin:loyalty_site_jobrun_change", args=[health.last.pk])
        elif health.is_late:
            text = _("%(job)s: late; is the worker running?")
            url = reverse("admin:loyalty_site_jobrun_changelist")
        else:
            continue
        period = health.last.period if health.last else ""
        waiting.append(Concern(text % {"job": health.job.title, "period": period}, url))
    return waiting


def program_concerns(now: datetime) -> list[Concern]:
    if current_program().at(now) is not None:
        return []
    return [
        Concern(
            _("No program is in force: nobody earns points"),
            reverse("admin:points_programversion_changelist"),
        )
    ]


def _figure(
    label: str, found: Mapping[str, Any], prefix: str, url: str, *, is_money: bool = False
) -> Figure:
    def written(name: str) -> str:
        amount = abs(found[f"{prefix}{name}"] or 0)
        return money(Decimal(amount)) if is_money else whole(amount)

    return Figure(label, written("today"), written("by_now"), written("whole_day"), url)
