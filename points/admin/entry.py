"""Entries: the ledger, to be read and explained."""

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from points.admin.entry_buttons import EntryButtons
from points.admin.finding import Period, of_any_source, rows_of_members
from points.admin.store_scope import PageOfStores, holder_of
from points.kinds import Kind
from points.models import Allocation, Entry
from points.models.store import entries_of_store
from points.reports.actors import who_did
from points.reports.explanations import explain
from points.reports.wording import signed


class Happened(Period):
    when = "occurred_at"


class AllocationRows(TabularInline):
    """Which lots a line took from, or gave back to."""

    model = Allocation
    fk_name = "entry"
    fields = ["lot", "points", "cause"]
    readonly_fields = fields
    ordering = ["id"]
    extra = 0
    can_delete = False
    hide_title = True
    verbose_name_plural = _("lots it took from")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Allocation]:
        rows: QuerySet[Allocation] = super().get_queryset(request)
        return rows.select_related("lot", "cause")


@admin.register(Entry)
class EntryPage(EntryButtons, PageOfStores):
    """Every point that came or went; found by member or by the key of its operation."""

    list_display = ["occurred_at", "holder", "kind", "signed_points", "source", "operation"]
    list_display_links = ["occurred_at"]
    list_select_related = ["member__member", "source"]
    list_filter = [Happened, ("kind", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["operation"]
    search_help_text = _("A name, e-mail address, card, #member or operation; in all years")
    ordering = ["-occurred_at", "-id"]
    fieldsets = [
        (None, {"fields": [("holder", "sequence"), ("kind", "signed_points"), "told"]}),
        (
            _("Where it comes from"),
            {
                "fields": [
                    ("occurred_at", "recorded_at"),
                    ("source_name", "operation"),
                    "by",
                    "fingerprint",
                ]
            },
        ),
    ]
    readonly_fields = ["source_name", "holder", "signed_points", "told", "by", "fingerprint"]

    def of_store(self, store: str) -> Q:
        return entries_of_store(store)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Entry],
        search_term: str,
    ) -> tuple[QuerySet[Entry], bool]:
        if not search_term.strip():
            return queryset, False
        operation = Q(
            source__in=of_any_source(), kind__in=list(Kind), operation=search_term.strip()
        )
        return queryset.filter(rows_of_members(search_term) | operation), False

    def get_inlines(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Entry | None,
    ) -> list[type[TabularInline]]:
        return [AllocationRows] if obj is not None and obj.points < 0 else []

    @display(description=_("member"))
    def holder(self, entry: Entry) -> str:
        return holder_of(entry)

    @display(description=_("points"), ordering="points")
    def signed_points(self, entry: Entry) -> str:
        return signed(entry.points)

    @display(description=_("explanation"))
    def told(self, entry: Entry) -> str:
        return sentences(explain(entry))

    @display(description=pgettext_lazy("who did it", "by"))
    def by(self, entry: Entry) -> str:
        return who_did(entry.actor)

    @display(description=_("fingerprint"))
    def fingerprint(self, entry: Entry) -> str:
        return format_html('<span class="staff-code">{}</span>', bytes(entry.hash).hex())


def sentences(told: list[str]) -> str:
    """Show an explanation, a line each."""
    lines = format_html_join("", "<li>{}</li>", ((line,) for line in told[1:]))
    return format_html('<strong>{}</strong><ul class="staff-told">{}</ul>', told[0], lines)
