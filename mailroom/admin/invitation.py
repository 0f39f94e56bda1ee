"""Invitations: who was asked to join, by whom, and who came."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from mailroom.admin.dates import short_day
from mailroom.admin.inviting import invite_addresses
from mailroom.reports.invitations import (
    Stage,
    harvest,
    invitations_as_csv,
    stage_of,
    with_stage,
)
from members.actions.invitation import withdraw_invitation
from members.admin.buttons import Question, ask, found
from members.admin.pages import StaffPage
from members.models import Invitation, Member

COLORS = {
    Stage.WAITING: "info",
    Stage.SENT: "info",
    Stage.STUCK: "danger",
    Stage.JOINED: "success",
    Stage.EXPIRED: "warning",
    Stage.WITHDRAWN: "warning",
}
OPEN = {Stage.WAITING, Stage.SENT, Stage.STUCK}
WITHDRAW = Question(
    title=gettext_lazy("Withdraw this invitation"),
    text=gettext_lazy(
        "The link in the letter opens nothing from now on. The reader is not told; the address "
        "can be invited again."
    ),
    submit=gettext_lazy("Withdraw the invitation"),
)


class ByStage(DropdownFilter):
    """Those that have come so far."""

    title = gettext_lazy("state")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(value, str(label)) for value, label in Stage.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(stage=self.value()) if self.value() else queryset


@admin.register(Invitation)
class InvitationPage(StaffPage):
    """Who was invited; a letter follows by itself, and a link that nobody can make up."""

    list_display = [
        "guest",
        "stage",
        "asked_at",
        "asked_by",
        "holds_until",
        "member_now",
    ]
    list_display_links = ["guest"]
    list_select_related = ["invited_by", "joined_as"]
    list_filter = [ByStage]
    list_filter_submit = True
    list_before_template = "mailroom/admin/_harvest.html"
    search_fields = ["email"]
    search_help_text = gettext_lazy("The beginning of an e-mail address")
    ordering = ["-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("email", "name"),
                    ("language", "how_far"),
                    ("invited_at", "asked_by"),
                    ("expires_at", "withdrawn_at"),
                    ("known_as", "member_now"),
                ]
            },
        ),
    ]
    readonly_fields = ["asked_by", "how_far", "known_as", "member_now"]
    actions_list = ["download"]
    actions_detail = ["withdraw"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows = with_stage(super().get_queryset(request), timezone.now())
        may_open = Value(request.user.has_perm("members.view_member"))
        shown: QuerySet[Invitation] = rows.annotate(leads_to_member=may_open)
        return shown

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Invitation],
        search_term: str,
    ) -> tuple[QuerySet[Invitation], bool]:
        beginning = search_term.strip().lower()
        return (queryset.filter(email__startswith=beginning) if beginning else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        allowed: bool = request.user.has_perm("members.invite_member")
        return allowed

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return invite_addresses(self, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "harvest": harvest(timezone.now())}
        page: HttpResponse = super().changelist_view(request, context)
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        invitation = self.get_object(request, str(object_id))
        if invitation is None or stage_of(invitation) not in OPEN:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @display(description=gettext_lazy("e-mail address"), header=True)
    def guest(self, invitation: Invitation) -> list[str]:
        return [invitation.email, invitation.name]

    @display(description=gettext_lazy("state"), label=COLORS)
    def stage(self, invitation: Invitation) -> tuple[str, str]:
        stage = stage_of(invitation)
        return stage, str(stage.label)

    @display(description=gettext_lazy("state"))
    def how_far(self, invitation: Invitation) -> str:
        return str(stage_of(invitation).label)

    @display(description=gettext_lazy("holds until"))
    def holds_until(self, invitation: Invitation) -> str:
        return short_day(invitation.expires_at)

    @display(description=gettext_lazy("invited at"))
    def asked_at(self, invitation: Invitation) -> str:
        return short_day(invitation.invited_at)

    @display(description=gettext_lazy("invited by"))
    def asked_by(self, invitation: Invitation) -> str:
        return invitation.invited_by.get_full_name()

    @display(description=gettext_lazy("joined as"))
    def member_now(self, invitation: Invitation) -> str:
        return _member_of(invitation, invitation.joined_as)

    @display(description=gettext_lazy("known as"))
    def known_as(self, invitation: Invitation) -> str:
        return _member_of(invitation, invitation.member)

    @action(
        description=gettext_lazy("Download"),
        url_path="download",
        permissions=["members.view_invitation"],
        icon="download",
    )
    def download(self, request: HttpRequest) -> StreamingHttpResponse:  # noqa: ARG002
        now = timezone.now()
        return StreamingHttpResponse(
            invitations_as_csv(now),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="invitations-{now:%Y-%m-%d}.csv"'
            },
        )

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=["members.invite_member"],
        icon="undo",
        variant=ActionVariant.DANGER,
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invitation = found(self, Invitation, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            withdraw_invitation(invitation_id=invitation.pk, now=timezone.now())
            return _("The invitation of %(address)s was withdrawn") % {"address": invitation}

        back = reverse("admin:members_invitation_change", args=[invitation.pk])
        return ask(self, request, invitation, WITHDRAW, act=act, back=back)


def _member_of(invitation: Invitation, member: Member | None) -> str:
    """Name a member, leading to their page for who may open it."""
    if member is None:
        return "–"
    if not getattr(invitation, "leads_to_member", False):
        return str(member)
    return format_html(
        '<a class="staff-link" href="{}">{}</a>',
        reverse("admin:members_member_change", args=[member.pk]),
        member,
    )
