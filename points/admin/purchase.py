"""Purchases: what tills reported and what it earned."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display

from members.admin.buttons import found
from points.actions.staff_refund import is_by_hand
from points.admin.entry import sentences
from points.admin.finding import Period, of_any_source, rows_of_members
from points.admin.returning import return_page, undo_page
from points.admin.store_scope import PageOfStores, holder_of
from points.models import Purchase, PurchaseLine, Refund
from points.reports.explanations import explain_purchase
from points.reports.wording import decimal, money


class Placed(Period):
    when = "placed_at"


class Rows(TabularInline):
    """Rows that stand on a receipt; who may see the receipt may see them."""

    extra = 0
    can_delete = False
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return request.user.has_perm("points.view_purchase")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class LineRows(Rows):
    model = PurchaseLine
    fields = ["line", "product", "department", "category", "how_much", "paid"]
    readonly_fields = ["how_much", "paid"]
    ordering = ["line"]
    per_page = 50

    @display(description=_("quantity"))
    def how_much(self, line: PurchaseLine) -> str:
        return decimal(line.quantity)

    @display(description=_("amount"))
    def paid(self, line: PurchaseLine) -> str:
        return money(line.amount)


class RefundRows(Rows):
    model = Refund
    fields = ["key", "refunded_at", "total", "for_lines", "points_taken", "undone"]
    readonly_fields = ["for_lines", "points_taken", "undone"]
    ordering = ["-refunded_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        rows: QuerySet[Refund] = super().get_queryset(request)
        may_undo = Value(request.user.has_perm("points.enter_purchase"))
        shown: QuerySet[Any] = rows.select_related("entry").annotate(may_undo=may_undo)
        return shown

    @display(description=_("points taken back"))
    def points_taken(self, refund: Refund) -> int:
        return -refund.entry.points if refund.entry else 0

    @display(description=_("lines"))
    def for_lines(self, refund: Refund) -> str:
        return ", ".join(str(line) for line, *_rest in refund.lines or ()) or "–"

    @display(description=_("undone"))
    def undone(self, refund: Refund) -> str:
        if refund.voided_at is not None:
            return date_format(timezone.localtime(refund.voided_at), "SHORT_DATETIME_FORMAT")
        if not (is_by_hand(refund=refund) and getattr(refund, "may_undo", False)):
            return "–"
        return format_html(
            '<a class="staff-link" href="{}">{}</a>',
            reverse("admin:points_purchase_undo", args=[refund.purchase_id, refund.pk]),
            _("Undo"),
        )


@admin.register(Purchase)
class PurchasePage(PageOfStores):
    """Every receipt; found by member or by its own number."""

    list_display = ["placed_at", "receipt", "holder", "store", "paid", "given_back", "earned"]
    list_display_links = ["placed_at", "receipt"]
    list_select_related = ["member__member", "source"]
    list_filter = [Placed]
    list_filter_submit = True
    search_fields = ["receipt"]
    search_help_text = _("A name, e-mail address, card, #member or receipt; in all years")
    ordering = ["-placed_at", "-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("holder", "placed_at"),
                    ("paid", "earns_on"),
                    ("given_back", "taken"),
                    ("earned", "status"),
                    ("tier_name", "version_name"),
                    "told",
                ]
            },
        ),
        (
            _("Where it comes from"),
            {
                "fields": [
                    ("source_name", "receipt"),
                    ("store", "till"),
                    ("cashier", "channel"),
                    "recorded_at",
                ]
            },
        ),
    ]
    actions_detail = ["give_back"]
    readonly_fields = [
        "holder",
        "paid",
        "earns_on",
        "given_back",
        "told",
        "source_name",
        "tier_name",
        "version_name",
    ]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Purchase],
        search_term: str,
    ) -> tuple[QuerySet[Purchase], bool]:
        if not search_term.strip():
            return queryset, False
        receipt = Q(source__in=of_any_source(), receipt=search_term.strip())
        return queryset.filter(rows_of_members(search_term) | receipt), False

    def get_inlines(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Purchase | None,
    ) -> list[type[TabularInline]]:
        """Show the tables that have rows."""
        if obj is None:
            return []
        lines = [LineRows] if obj.lines.exists() else []
        return lines + ([RefundRows] if obj.refunds.exists() else [])

    def get_urls(self) -> list[URLPattern]:
        undo = self.admin_site.admin_view(self.undo_return)
        address = "<path:object_id>/return/<int:refund_id>/undo/"
        return [path(address, undo, name="points_purchase_undo"), *super().get_urls()]

    @action(
        description=_("Something comes back"),
        url_path="return",
        permissions=["points.enter_purchase"],
        icon="assignment_return",
    )
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return return_page(self, request, found(self, Purchase, request, object_id))

    def undo_return(self, request: HttpRequest, object_id: str, refund_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return undo_page(self, request, found(self, Purchase, request, object_id), refund_id)

    @display(description=_("tier"))
    def tier_name(self, purchase: Purchase) -> str:
        return str(purchase.tier)

    @display(description=_("program version"))
    def version_name(self, purchase: Purchase) -> str:
        return str(purchase.version)

    @display(description=_("member"))
    def holder(self, purchase: Purchase) -> str:
        return holder_of(purchase)

    @display(description=_("total"), ordering="total")
    def paid(self, purchase: Purchase) -> str:
        return money(purchase.total)

    @display(description=_("earns on"))
    def earns_on(self, purchase: Purchase) -> str:
        return money(purchase.base)

    @display(description=_("refunded"))
    def given_back(self, purchase: Purchase) -> str:
        return money(purchase.refunded) if purchase.refunded else "–"

    @display(description=_("explanation"))
    def told(self, purchase: Purchase) -> str:
        return sentences(explain_purchase(purchase))
