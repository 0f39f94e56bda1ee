"""Redemptions in the back office: who had what, and what has to be handed over."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin.buttons import Question, ask, found
from members.admin.pages import ReadOnlyPage
from members.admin.traces import Done
from points.reports.wording import money, whole
from rewards.actions.handing import NEXT, hand_over
from rewards.models import Redemption

SEE_MEMBERS = "members.view_member"
SHOWN_AFTER = timedelta(days=1)
HAND_OVER = "rewards.hand_over_redemption"
COLORS = {
    "none": "default",
    "to_send": "warning",
    "sent": "success",
    "to_set_out": "warning",
    "set_out": "info",
    "picked_up": "success",
}


def may_see_whose(request: HttpRequest) -> bool:
    return any(map(request.user.has_perm, (SEE_MEMBERS, HAND_OVER)))


class ToHandOver(DropdownFilter):
    """What somebody still has to do something for."""

    title = gettext_lazy("to hand over")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("yes", _("still to hand over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        is_open = self.value() == "yes"
        return queryset.filter(pk__in=Redemption.objects.to_hand_over()) if is_open else queryset


@admin.register(Redemption)
class RedemptionPage(ReadOnlyPage):
    """Points that became rewards, the latest first."""

    list_display = ["number", "reward_name", "paid", "worth", "redeemed_at", "handed"]
    list_filter = [ToHandOver, ("handing", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["reward", "member"]
    ordering = ["-id"]
    fields = [
        "reward_name",
        "member",
        "points",
        "restored",
        "value",
        "cost",
        "redeemed_at",
        "handing",
        "handed_at",
        "undone_at",
    ]
    readonly_fields = ["reward_name"]
    nothing_yet = gettext_lazy("What members redeem stands here, the latest first.")
    actions_detail = ["hand_over_next"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Redemption]:
        """Who hands over and may not leaf through members sees what is to be handed over."""
        rows: QuerySet[Redemption] = super().get_queryset(request)
        if request.user.has_perm(HAND_OVER) and not request.user.has_perm(SEE_MEMBERS):
            lately = timezone.now() - SHOWN_AFTER
            is_open = Q(handing__in=Redemption.OPEN, undone_at__isnull=True)
            return rows.filter(is_open | Q(handed_at__gt=lately))
        return rows

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Whose it is shows to those who hand over, and to those who may open members."""
        if not may_see_whose(request):
            return self.list_display
        return [*self.list_display[:2], "member", *self.list_display[2:]]

    def get_fields(self, request: HttpRequest, obj: Redemption | None = None) -> list[str]:  # noqa: ARG002
        hidden = set() if may_see_whose(request) else {"member"}
        return [name for name in self.fields if name not in hidden]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["member__name__istartswith"] if may_see_whose(request) else []

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        made = self.get_object(request, str(object_id))
        if made is None or made.undone_at is not None or made.handing not in NEXT:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @display(description=gettext_lazy("number"))
    def number(self, made: Redemption) -> str:
        return str(made)

    @display(description=gettext_lazy("reward"))
    def reward_name(self, made: Redemption) -> str:
        return made.reward.name

    @display(description=gettext_lazy("points"))
    def paid(self, made: Redemption) -> str:
        return whole(made.points - made.restored)

    @display(description=gettext_lazy("worth"))
    def worth(self, made: Redemption) -> str:
        return "–" if made.value is None else money(made.value)

    @display(description=gettext_lazy("handing over"), label=COLORS | {"undone": "danger"})
    def handed(self, made: Redemption) -> tuple[str, str]:
        if made.undone_at is not None:
            return "undone", _("undone")
        return made.handing, made.get_handing_display()

    @action(
        description=gettext_lazy("Next step of handing over"),
        url_path="hand-over",
        permissions=[HAND_OVER],
        icon="local_shipping",
        variant=ActionVariant.PRIMARY,
    )
    def hand_over_next(self, request: HttpRequest, object_id: str) -> HttpResponse:
        made = found(self, Redemption, request, object_id)
        step = NEXT.get(Redemption.Handing(made.handing), Redemption.Handing.NONE)

        def act(answers: dict[str, Any]) -> Done:  # noqa: ARG001
            done = hand_over(redemption_id=made.pk, step=step, now=timezone.now())
            words = _("Handing over: %(step)s") % {"step": done.get_handing_display()}
            return Done(words, {"handing": made.handing}, {"handing": done.handing})

        back = reverse("admin:rewards_redemption_change", args=[made.pk])
        question = Question(
            title=_("Hand over"),
            text=_("It becomes: %(step)s. Colleagues see who took this step.")
            % {"step": step.label},
            submit=step.label,
        )
        return ask(self, request, made, question, act=act, back=back)
