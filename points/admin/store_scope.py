"""Pages of what happened in stores: staff of one store see theirs, and nothing of another."""

from typing import Any

from django.db.models import Model, Q, QuerySet, Value
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from members.admin.pages import ReadOnlyPage
from members.admin.requests import colleague
from points.models import Entry, OpenReceipt, Purchase, UnusualUse


class PageOfStores(ReadOnlyPage):
    """A read-only page whose rows belong to stores; says in its head which store is shown."""

    list_before_template = "points/admin/_store.html"
    change_form_outer_before_template = "points/admin/_store.html"

    def of_store(self, store: str) -> Q:
        """Select the rows of a store."""
        return Q(store=store)

    @display(description=gettext_lazy("source"))
    def source_name(self, row: Entry | OpenReceipt | Purchase | UnusualUse) -> str:
        """In words: hardly any reader may open the source itself."""
        return str(row.source)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Every door of the page comes through here: list, search, filter, row and history."""
        rows: QuerySet[Any] = super().get_queryset(request)
        staff = colleague(request)
        if staff.store:
            rows = rows.filter(self.of_store(staff.store))
        may_open = Value(staff.has_perm("members.view_member"))
        shown: QuerySet[Any] = rows.annotate(leads_to_member=may_open)
        return shown

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model:
        """Answer for a row of another store as for one that does not exist."""
        row: Model | None = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row


def holder_of(row: Entry | Purchase | UnusualUse) -> str:
    """Name whose row it is, leading to their page for who may open it."""
    if not getattr(row, "leads_to_member", False):
        return str(row.member.member)
    return format_html(
        '<a class="staff-link" href="{}">{}</a>',
        reverse("admin:members_member_change", args=[row.member_id]),
        row.member.member,
    )
