"""Members: one page each that shows what every room knows of them."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from loyalty_site.admin.member_buttons import MemberButtons
from loyalty_site.admin.member_card import card_of
from loyalty_site.admin.member_enrollment import CorrectionForm, enroll
from members.actions.consent_requests import ask_at_new_address
from members.actions.traces import record_look
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.models import Look, Member, StaffAct
from members.models.member import MemberQuerySet
from points.reports.wording import whole

COLORS = {
    Member.Status.ACTIVE: "success",
    Member.Status.FROZEN: "warning",
    Member.Status.CLOSED: "danger",
}
LOOKED_JUST_NOW = timedelta(minutes=10)
"""Within this time a page that is opened again is one look."""


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
            None,
            {"fields": ["name", "email", ("birthday", "postal_code"), "language"]},
        ),
    ]
    change_form_template = "loyalty_site/admin/member.html"

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: MemberQuerySet,
        search_term: str,
    ) -> tuple[MemberQuerySet, bool]:
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> list[str]:  # noqa: ARG002
        """An address that opens a login is changed by its owner alone."""
        return ["email"] if obj is not None and obj.user_id else []

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
        request: HttpRequest,
        obj: Member,
        form: ModelForm[Member],
        change: bool,  # noqa: ARG002, FBT001
    ) -> None:
        # No more than was typed: a colleague may be freezing the member this very moment.
        obj.save(update_fields=form.changed_data)
        if "email" in form.changed_data:
            ask_at_new_address(member_id=obj.pk, staff_id=staff_of(request).pk, now=timezone.now())

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Member | None:
        """Read a member once for a page that is only shown; buttons and form ask again."""
        if request.method != "GET":
            return cast("Member | None", super().get_object(request, object_id, from_field))
        shown: dict[str, Member | None] = request.__dict__.setdefault("shown_members", {})
        if object_id not in shown:
            shown[object_id] = super().get_object(request, object_id, from_field)
        return shown[object_id]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a member as a card; the form comes when somebody wants to correct it."""
        context = dict(extra_context or {})
        member = self.get_object(request, object_id) if object_id else None
        if member is not None and self.has_view_permission(request, member):
            context |= self._card(request, member)
        elif member is not None and self._belongs_at_counter(request):
            return redirect("counter_member", member.pk)
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        if isinstance(page, TemplateResponse) and page.context_data is not None:
            # The card has the buttons in its head, as plain links, in place of the theme's menu.
            page.context_data["buttons"] = page.context_data.pop("actions_detail", [])
        return page

    def _belongs_at_counter(self, request: HttpRequest) -> bool:
        """Whether who asks may see one member at a time, on the counter's own page."""
        return request.method == "GET" and request.user.has_perm("members.look_up_member")

    def _card(self, request: HttpRequest, member: Member) -> dict[str, Any]:
        now = timezone.now()
        may_correct = self.has_change_permission(request, member)
        corrects = may_correct and (request.method == "POST" or "correct" in request.GET)
        if request.method == "GET":
            record_look(
                staff_id=staff_of(request).pk,
                member_id=member.pk,
                through=Look.Through.PAGE,
                now=now,
                once_in=LOOKED_JUST_NOW,
            )
        if corrects:
            return {"member": member, "correcting": True, "show_save_and_continue": False}
        return card_of(member, request, now, may_correct=may_correct)

    def response_change(self, request: HttpRequest, obj: Member) -> HttpResponse:
        """Lead back to the card, where the correction shows."""
        messages.success(request, _("The details of %(member)s were corrected") % {"member": obj})
        return redirect("admin:members_member_change", obj.pk)

    def acts_on(self, obj: Model) -> QuerySet[StaffAct]:
        """All that concerns a member, their cards and points included."""
        return StaffAct.objects.filter(member=obj.pk).order_by("-id")

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
        short = date_format(timezone.localdate(member.joined_at), "SHORT_DATE_FORMAT")
        return format_html('<span class="staff-number">{}</span>', short)

    @display(description=_("status"), label=COLORS, ordering="status")
    def status_label(self, member: Member) -> tuple[str, str]:
        return member.status, member.get_status_display()
