"""Members: one page each that shows what every room knows of them."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from loyalty_site.admin.member_buttons import MemberButtons
from loyalty_site.admin.member_enrollment import CorrectionForm, enroll
from members.admin.member_panel import cards_and_tiers
from members.admin.pages import StaffPage
from members.admin.panels import Panel
from members.models import Member
from members.models.member import MemberQuerySet
from points.admin.member_panel import history, standing
from points.reports.wording import day, whole

COLORS = {
    Member.Status.ACTIVE: "success",
    Member.Status.FROZEN: "warning",
    Member.Status.CLOSED: "danger",
}
DEEDS = 10


@admin.register(Member)
class MemberPage(MemberButtons, StaffPage):
    """Search, enroll, and everything staff may do for a member."""

    list_display = ["who", "email", "tier", "balance", "status_label", "joined"]
    list_select_related = ["account__tier"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("account__tier", RelatedDropdownFilter),
    ]
    list_filter_submit = True
    form = CorrectionForm
    search_fields = ["name"]
    search_help_text = _("The beginning of a name, an e-mail address or a card number")
    ordering = ["-id"]
    fieldsets = [
        (
            _("Who"),
            {
                "fields": [
                    ("name", "email"),
                    ("birthday", "language"),
                    ("joined_at", "joined_through"),
                ]
            },
        ),
    ]
    change_form_outer_before_template = "loyalty_site/admin/_member_top.html"
    change_form_outer_after_template = "loyalty_site/admin/_member_panels.html"

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: MemberQuerySet,
        search_term: str,
    ) -> tuple[MemberQuerySet, bool]:
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> list[str]:  # noqa: ARG002
        """An address that opens a login is changed by its owner alone."""
        owned = ["email"] if obj is not None and obj.user_id else []
        return ["joined_at", "joined_through", *owned]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return enroll(self, request)

    def save_model(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Member,
        form: ModelForm[Member],
        change: bool,  # noqa: ARG002, FBT001
    ) -> None:
        # No more than was typed: a colleague may be freezing the member this very moment.
        obj.save(update_fields=form.changed_data)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        member = self.get_object(request, object_id) if object_id else None
        if member is not None and self.has_view_permission(request, member):
            context["member"] = member
            context["top"] = standing(member, timezone.now())
            context["panels"] = panels(member, request)
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return response

    @display(description=_("name"), ordering="name")
    def who(self, member: Member) -> str:
        return str(member)

    @display(description=_("tier"))
    def tier(self, member: Member) -> str:
        return str(member.account.tier) if hasattr(member, "account") else "–"

    @display(description=_("balance"))
    def balance(self, member: Member) -> str:
        return whole(member.account.balance if hasattr(member, "account") else 0)

    @display(description=_("joined"))
    def joined(self, member: Member) -> str:
        return day(timezone.localdate(member.joined_at))

    @display(description=_("status"), label=COLORS, ordering="status")
    def status_label(self, member: Member) -> tuple[str, str]:
        return member.status, member.get_status_display()


def panels(member: Member, request: HttpRequest) -> list[Panel]:
    """What each room shows of a member, the most asked for first."""
    return [
        *history(member, timezone.now()),
        cards_and_tiers(member, may_change_cards=request.user.has_perm("members.change_card")),
        deeds(member),
    ]


def deeds(member: Member) -> Panel:
    """Show what staff did last, and why; the page's history has the rest."""
    return Panel(
        "loyalty_site/admin/_member_deeds.html",
        {
            "deeds": list(
                LogEntry.objects.filter(
                    content_type__app_label="members",
                    content_type__model="member",
                    object_id=str(member.pk),
                )
                .select_related("user")
                .order_by("-action_time", "-id")[:DEEDS]
            )
        },
    )
