"""A member's book in the portal."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from members.models import Member
from members.views.door import for_members
from points.filters import BookFilter, WithoutPoints
from points.reports.download import book_as_csv
from points.reports.lines import (
    NOTHING,
    Line,
    book_of,
    lines_of,
    lines_without_points,
    purchases_without_points,
)
from points.reports.statement import situation
from points.tables import ExpiringTable

LINES_A_PAGE = 16
"""With more the page would weigh over 100 kB on a phone."""
Write = Callable[[Sequence[Any]], list[Line]]


class PortalRequest(HttpRequest):
    """What the htmx middleware makes of a request."""

    htmx: HtmxDetails


@require_safe
@for_members
def book(request: PortalRequest, member: Member) -> HttpResponse:
    """Show the book page by page; htmx asks for the lines alone."""
    chosen, write = _chosen(request, member)
    page = Paginator(chosen.qs, LINES_A_PAGE).get_page(request.GET.get("page"))
    lines_alone = request.htmx and not request.htmx.history_restore_request
    response = render(
        request,
        "points/_lines.html" if lines_alone else "points/book.html",
        {"filter": chosen, "page": page, "lines": write(list(page.object_list))},
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@for_members
def expiring(request: HttpRequest, member: Member) -> HttpResponse:
    """Show everything that expires, by date."""
    standing = situation(member.pk, timezone.now())
    return render(
        request,
        "points/expiring.html",
        {"situation": standing, "table": ExpiringTable(standing.expiring)},
    )


@require_safe
@for_members
def download(request: HttpRequest, member: Member) -> HttpResponse:
    """Send the chosen lines as CSV."""
    chosen, write = _chosen(request, member)
    answer = HttpResponse(
        book_as_csv(write(list(chosen.qs)), timezone.get_default_timezone()),
        content_type="text/csv; charset=utf-8",
    )
    name = _("my-points.csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _chosen(request: HttpRequest, member: Member) -> tuple[BookFilter, Write]:
    """Return the chosen rows, and what writes them as lines."""
    if request.GET.get("kind") == NOTHING:
        purchases = purchases_without_points(member.pk)
        return WithoutPoints(request.GET, queryset=purchases), lines_without_points
    return BookFilter(request.GET, queryset=book_of(member.pk)), lines_of
