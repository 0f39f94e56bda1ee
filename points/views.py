"""A member's book in the portal."""

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
from points.filters import BookFilter
from points.reports.download import book_as_csv
from points.reports.lines import book_of, lines_of
from points.tables import BookTable

LINES_A_PAGE = 20


class PortalRequest(HttpRequest):
    """What the htmx middleware makes of a request."""

    htmx: HtmxDetails


@require_safe
@for_members
def book(request: PortalRequest, member: Member) -> HttpResponse:
    """Show the book page by page; htmx asks for the lines alone."""
    chosen = BookFilter(request.GET, queryset=book_of(member.pk))
    page = Paginator(chosen.qs, LINES_A_PAGE).get_page(request.GET.get("page"))
    lines_alone = request.htmx and not request.htmx.history_restore_request
    response = render(
        request,
        "points/_lines.html" if lines_alone else "points/book.html",
        {"filter": chosen, "page": page, "table": BookTable(lines_of(list(page.object_list)))},
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@for_members
def download(request: HttpRequest, member: Member) -> HttpResponse:
    """Send the chosen lines as CSV."""
    chosen = BookFilter(request.GET, queryset=book_of(member.pk))
    answer = HttpResponse(
        book_as_csv(list(chosen.qs), timezone.get_default_timezone()),
        content_type="text/csv; charset=utf-8",
    )
    name = _("my-points.csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
