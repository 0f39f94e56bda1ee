"""Best customers: who spends most, and whom of them to invite."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.views import ChangeList

from members.admin.pages import ReadOnlyPage, StaffList
from members.models import Invitation, Member
from points.admin.pilot import count_again, invite_chosen, show_guest_list
from points.models import Spending
from points.reports.wording import money, whole

LISTED = "admin:points_spending_changelist"
MOST = 1_000


class RankedList(StaffList):
    """Says of each row its place in the list."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        first = (self.page_num - 1) * self.list_per_page + 1
        rows: list[Any] = list(self.result_list)
        for place, row in enumerate(rows, start=first):
            row.place = place
        self.result_list = rows


class Standing(DropdownFilter):
    """Those without a login unless asked otherwise: they are the ones to invite."""

    title = gettext_lazy("who")
    parameter_name = "who"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("outside", _("without a login")),
            ("invitable", _("to invite: with an address, not invited")),
            ("invited", _("invited")),
            ("unreachable", _("without an address")),
            ("inside", _("with a login")),
            ("all", _("everybody")),
        ]

    def value(self) -> str:
        return super().value() or "outside"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        outside = Q(member__user__isnull=True)
        reachable = Q(member__email__isnull=False)
        wanted = {
            "outside": outside,
            "invitable": outside & reachable & Q(is_invited=False),
            "invited": outside & Q(is_invited=True),
            "unreachable": outside & ~reachable,
            "inside": ~outside,
        }.get(self.value())
        return queryset if wanted is None else queryset.filter(wanted)


class LatestPurchase(DropdownFilter):
    """When they were seen last."""

    title = gettext_lazy("latest purchase")
    parameter_name = "latest"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("30", _("in the last 30 days")),
            ("90", _("in the last 90 days")),
            ("before", _("longer than 90 days ago")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        now = timezone.now()
        match self.value():
            case "30" | "90" as days:
                return queryset.filter(latest_at__gte=now - timedelta(days=int(days)))
            case "before":
                return queryset.filter(latest_at__lt=now - timedelta(days=90))
            case _:
                return queryset


@admin.register(Spending)
class SpendingPage(ReadOnlyPage):
    """Members by what they spent in the last twelve months; chosen ones get an invitation."""

    # Whom to invite is chosen on this page, by ticking.
    list_per_page = 50
    list_display = ["rank", "who", "spent", "bought", "latest", "standing", "address"]
    list_display_links = None
    list_select_related = ["member"]
    list_filter = [Standing, LatestPurchase]
    list_filter_submit = True
    list_before_template = "points/admin/_counted.html"
    search_fields = ["member__name"]
    search_help_text = gettext_lazy("The beginning of a name, an e-mail address or a card number")
    ordering = ["-total", "member"]
    fields = ["who", "spent", "bought", "latest", "standing_in_words", "counted_at"]
    readonly_fields = fields
    actions = ["invite"]

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:  # noqa: ARG002
        return RankedList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Spending]:
        rows: QuerySet[Spending] = super().get_queryset(request)
        invited = Invitation.objects.open_at(timezone.now()).filter(member=OuterRef("member_id"))
        return rows.annotate(is_invited=Exists(invited))

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Spending],
        search_term: str,
    ) -> tuple[QuerySet[Spending], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(member__in=Member.objects.matching(search_term)), False

    def get_urls(self) -> list[URLPattern]:
        own = [
            ("invite", invite_chosen, "points_spending_invite"),
            ("count", count_again, "points_spending_count"),
        ]
        return [
            *(
                path(f"{at}/", self.admin_site.admin_view(partial(view, self)), name=name)
                for at, view, name in own
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        newest = Spending.objects.values_list("counted_at", flat=True).order_by("pk").first()
        context = {
            **(extra_context or {}),
            "counted_at": newest,
            "may_invite": self.has_invite_permission(request),
        }
        page: HttpResponse = super().changelist_view(request, context)
        return page

    def has_invite_permission(self, request: HttpRequest) -> bool:
        allowed: bool = request.user.has_perm("members.invite_member")
        return allowed

    @admin.action(description=gettext_lazy("Invite"), permissions=["invite"])
    def invite(self, request: HttpRequest, queryset: QuerySet[Spending]) -> HttpResponse:
        chosen = list(queryset.values_list("member_id", flat=True)[: MOST + 1])
        if len(chosen) > MOST:
            messages.error(request, _("Choose at most %(most)s at a time.") % {"most": whole(MOST)})
            return redirect(reverse(LISTED))
        return show_guest_list(self, request, chosen)

    @display(description=gettext_lazy("place"))
    def rank(self, row: Spending) -> str:
        return whole(vars(row)["place"])

    @display(description=gettext_lazy("member"))
    def who(self, row: Spending) -> str:
        return str(row.member)

    @display(description=gettext_lazy("spent"))
    def spent(self, row: Spending) -> str:
        return money(row.total)

    @display(description=gettext_lazy("purchases"))
    def bought(self, row: Spending) -> str:
        return whole(row.purchases)

    @display(description=gettext_lazy("latest purchase"))
    def latest(self, row: Spending) -> str:
        words = date_format(timezone.localtime(row.latest_at), "SHORT_DATE_FORMAT")
        return format_html('<span class="staff-when">{}</span>', words)

    @display(
        description=gettext_lazy("state"),
        label={"joined": "success", "invited": "info", "outside": "default"},
    )
    def standing(self, row: Spending) -> tuple[str, str]:
        if row.member.user_id is not None:
            return "joined", _("with a login")
        if vars(row)["is_invited"]:
            return "invited", _("invited")
        return "outside", _("not invited")

    @display(description=gettext_lazy("state"))
    def standing_in_words(self, row: Spending) -> str:
        words: str = self.standing(row)[1]
        return words

    @display(description=gettext_lazy("address"))
    def address(self, row: Spending) -> str:
        return row.member.email or format_html('<span class="staff-note">{}</span>', _("none"))
