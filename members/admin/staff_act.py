"""What staff did and whom they looked at, to be read and searched."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import display

from members.admin.pages import ReadOnlyPage
from members.models import Look, Member, StaffAct, User
from members.reports.traces import deeds_of, look_rates

MOST_MEMBERS = 20


class OfStaff(DropdownFilter):
    """One colleague, by name; members' logins are not among them."""

    title = gettext_lazy("who")
    parameter_name = "staff"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            (str(user.pk), user.get_full_name())
            for user in User.objects.filter(is_staff=True).order_by("name", "email")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        chosen = str(self.value() or "")
        return queryset.filter(staff_id=int(chosen)) if chosen.isdecimal() else queryset


class OnDay(DropdownFilter):
    """Today, yesterday, or the days up to now."""

    title = gettext_lazy("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("today", _("today")),
            ("yesterday", _("yesterday")),
            ("7", _("last 7 days")),
            ("31", _("last 31 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        today = timezone.localdate()
        first = {
            "today": today,
            "yesterday": today - timedelta(days=1),
            "7": today - timedelta(days=6),
            "31": today - timedelta(days=30),
        }.get(str(self.value()))
        if first is None:
            return queryset
        rows = queryset.filter(at__gte=_midnight(datetime.combine(first, time())))
        if self.value() == "yesterday":
            rows = rows.filter(at__lt=_midnight(datetime.combine(today, time())))
        return rows


def _midnight(day: datetime) -> datetime:
    return timezone.make_aware(day)


class TracePage(ReadOnlyPage):
    """A list of who did something to whom, found by colleague or by member."""

    list_select_related = ["staff", "member"]
    list_filter = [OfStaff, OnDay, ("member", AutocompleteSelectFilter)]
    list_filter_submit = True
    search_fields = ["staff__email"]
    search_help_text = gettext_lazy("A colleague's or member's name or address, a card, or #member")
    ordering = ["-id"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        number = text.removeprefix("#")
        if number != text:
            known = number.isdecimal() and len(number) <= 12
            return (queryset.filter(member_id=int(number)) if known else queryset.none()), False
        members = list(Member.objects.matching(text).values_list("pk", flat=True)[:MOST_MEMBERS])
        staff = User.objects.filter(
            Q(email__startswith=text.lower()) | Q(name__istartswith=text), is_staff=True
        )
        return queryset.filter(Q(member__in=members) | Q(staff__in=staff)), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        may_open = Value(request.user.has_perm("members.view_member"))
        shown: QuerySet[Any] = rows.annotate(leads_to_member=may_open)
        return shown

    @display(description=gettext_lazy("who"))
    def who(self, row: StaffAct | Look) -> str:
        return row.staff.get_full_name()

    @display(description=gettext_lazy("member"))
    def whom(self, row: StaffAct | Look) -> str:
        if row.member is None:
            return "–"
        if not getattr(row, "leads_to_member", False):
            return str(row.member)
        return format_html(
            '<a class="staff-link" href="{}">{}</a>',
            reverse("admin:members_member_change", args=[row.member.pk]),
            row.member,
        )


@admin.register(StaffAct)
class StaffActPage(TracePage):
    """Every change by staff; nothing here can be mended or removed."""

    list_display = ["at", "who", "what", "whom", "reason"]
    list_display_links = ["at", "what"]
    fields = [("at", "who"), ("what", "whom"), "place", "changes", "reason"]
    readonly_fields = ["who", "whom", "place", "changes"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAct]:
        rows: QuerySet[StaffAct] = super().get_queryset(request)
        return rows.select_related("staff", "member", "content_type")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> StaffAct | None:
        """Remember whether the reader may open what was done to."""
        act: StaffAct | None = super().get_object(request, object_id, from_field)
        if act is not None:
            model = act.content_type.model_class()
            page = self.admin_site._registry.get(model) if model else None
            vars(act)["leads_on"] = page is not None and page.has_view_permission(request)
        return act

    @display(description=gettext_lazy("done to"))
    def place(self, act: StaffAct) -> str:
        kind = act.content_type
        named = f"{kind.name} {act.object_id}"
        if not getattr(act, "leads_on", False):
            return named
        try:
            url = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[act.object_id])
        except NoReverseMatch:
            return named
        return format_html('<a class="staff-link" href="{}">{}</a>', url, named)

    @display(description=gettext_lazy("what changed"))
    def changes(self, act: StaffAct) -> str:
        told = [
            f"{change.label}: {change.before} → {change.after}"
            for change in deeds_of([act])[0].changes
        ]
        return " · ".join(told) or "–"


@admin.register(Look)
class LookPage(TracePage):
    """Who looked at whose data, where and when."""

    list_display = ["at", "who", "whom", "through"]
    fields = ["at", "who", "whom", "through"]
    readonly_fields = ["who", "whom"]
    list_before_template = "members/admin/_look_rates.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "rates": look_rates(timezone.now())}
        page: HttpResponse = super().changelist_view(request, context)
        return page
