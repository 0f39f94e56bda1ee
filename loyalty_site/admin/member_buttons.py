"""What staff may do for a member: one button, one question, one action."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from members.actions.cards import issue_card
from members.actions.membership import close_membership, freeze_membership, thaw_membership
from members.admin.buttons import Act, Question, ReasonForm, ask, found
from members.models import Member
from points.actions.adjustment import AdjustmentReason, adjust_points
from points.reports.wording import points_text

MOST_POINTS = 1_000_000


class AdjustmentForm(ReasonForm):
    """How many points, and why; sent twice it counts once. Only the cause enters the ledger."""

    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Above zero gives points, below zero takes them: -50 takes 50."),
    )
    cause = forms.TypedChoiceField(
        label=gettext_lazy("Cause"),
        choices=AdjustmentReason.choices,
        coerce=AdjustmentReason,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("The member reads this beside the points."),
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ["points", "cause", "reason", "request_key"]


ADJUST = Question(
    title=gettext_lazy("Adjust points"),
    text=gettext_lazy(
        "The member sees the points and their cause at once. A mistake is mended by a second "
        "adjustment the other way."
    ),
    submit=gettext_lazy("Adjust"),
    form=AdjustmentForm,
)
NEW_CARD = Question(
    title=gettext_lazy("Issue one more card"),
    text=gettext_lazy("For a partner or a key ring; all cards earn for the same member."),
    submit=gettext_lazy("Issue a card"),
)
FREEZE = Question(
    title=gettext_lazy("Freeze this membership"),
    text=gettext_lazy("The member goes on earning and cannot spend until you thaw it."),
    submit=gettext_lazy("Freeze"),
)
THAW = Question(
    title=gettext_lazy("Thaw this membership"),
    text=gettext_lazy("The member can spend points again."),
    submit=gettext_lazy("Thaw"),
)
CLOSE = Question(
    title=gettext_lazy("Close this membership"),
    text=gettext_lazy(
        "No more purchases are taken in and no points can be spent. What happened stays on record."
    ),
    submit=gettext_lazy("Close the membership"),
    is_final=True,
)
BUTTONS_OF = {
    Member.Status.ACTIVE: ["adjust", "new_card", "freeze", "close"],
    Member.Status.FROZEN: ["adjust", "new_card", "thaw", "close"],
    Member.Status.CLOSED: ["adjust"],
}


class MemberButtons(ModelAdmin):
    """The buttons of a member's page."""

    actions_detail = [
        "adjust",
        {
            "title": gettext_lazy("Membership"),
            "items": ["new_card", "freeze", "thaw", "close"],
        },
    ]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        member = self.get_object(request, str(object_id))
        fitting = BUTTONS_OF[Member.Status(member.status)] if member else []
        return [
            button
            for button in super().get_actions_detail(request, object_id)
            if button.method.original_function_name in fitting
        ]

    @action(
        description=gettext_lazy("Adjust points"),
        url_path="adjust",
        permissions=["change", "points.add_entry"],
        icon="exposure",
        variant=ActionVariant.PRIMARY,
    )
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> str:
            adjust_points(
                member_id=member.pk,
                points=answers["points"],
                reason=answers["cause"],
                request_key=answers["request_key"],
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
            )
            return _adjusted(answers["points"], answers["cause"])

        return self._ask(request, member, ADJUST, act)

    @action(
        description=gettext_lazy("One more card"),
        url_path="new-card",
        permissions=["change", "members.add_card"],
        icon="add_card",
    )
    def new_card(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            card = issue_card(member_id=member.pk, now=timezone.now())
            return _("Card %(number)s was issued") % {"number": card}

        return self._ask(request, member, NEW_CARD, act)

    @action(
        description=gettext_lazy("Freeze"),
        url_path="freeze",
        permissions=["change"],
        icon="ac_unit",
        variant=ActionVariant.WARNING,
    )
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            freeze_membership(member_id=member.pk)
            return _("Membership frozen")

        return self._ask(request, member, FREEZE, act)

    @action(
        description=gettext_lazy("Thaw"),
        url_path="thaw",
        permissions=["change"],
        icon="sunny",
    )
    def thaw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            thaw_membership(member_id=member.pk)
            return _("Membership thawed")

        return self._ask(request, member, THAW, act)

    @action(
        description=gettext_lazy("Close the membership"),
        url_path="close",
        permissions=["change"],
        icon="person_off",
        variant=ActionVariant.DANGER,
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            close_membership(member_id=member.pk, now=timezone.now())
            return _("Membership closed")

        return self._ask(request, member, CLOSE, act)

    def _ask(
        self, request: HttpRequest, member: Member, question: Question, act: Act
    ) -> HttpResponse:
        back = reverse("admin:members_member_change", args=[member.pk])
        return ask(self, request, member, question, act=act, back=back)


def _adjusted(points: int, cause: AdjustmentReason) -> str:
    facts = {"points": points_text(points), "cause": cause.label}
    if points > 0:
        return _("%(points)s given: %(cause)s") % facts
    return _("%(points)s taken: %(cause)s") % facts
