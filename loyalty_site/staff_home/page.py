"""What the first page shows to whom; every part has its permission."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty_site.job_health import job_health
from loyalty_site.jobs import JOBS
from loyalty_site.sidebar import navigation
from loyalty_site.staff_home.concerns import concerns_of
from loyalty_site.staff_home.figures import figures_for, spans_of
from members.admin.requests import colleague
from points.program_cache import program_zone


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the first page, in a number of queries that grows with rights and not with rows."""
    now = timezone.now()
    zone = program_zone()
    spans = spans_of(now, zone)
    may = request.user.has_perm
    jobs = job_health(jobs=JOBS, zone=zone, now=now) if may("loyalty_site.view_jobrun") else []
    at_counter = may("members.look_up_member")
    figures = figures_for(colleague(request), spans, zone)
    return context | {
        "title": _("Today"),
        "at_counter": at_counter,
        "may_enroll": may("members.add_member"),
        "concerns": concerns_of(colleague(request), jobs, now),
        "figures": figures,
        "weekday": date_format(spans.last.astimezone(zone), "l"),
        "places": [] if figures or at_counter else other_places(request),
        "jobs": jobs,
    }


def other_places(request: HttpRequest) -> list[dict[str, Any]]:
    """Where work starts for who has no figures to look at."""
    items = [item for section in navigation(request) for item in section["items"]]
    return [item for item in items if item["link"] != request.path]
