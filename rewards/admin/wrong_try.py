"""Wrong codes: who tried many in an hour, and which alarms still wait for a person."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin.buttons import Question, ReasonForm, ask, found
from members.admin.pages import ReadOnlyPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from points.reports.wording import whole
from rewards.actions.guessing_alarms import SETTLE, settle_guessing_alarm
from rewards.models import WrongTry
from rewards.models.wrong_try import WrongTryQuerySet

COLORS = {
    WrongTry.State.OPEN: "danger",
    WrongTry.State.SEEN: "success",
    WrongTry.State.NONE: "info",
}


class FoundForm(ReasonForm):
    """What somebody found who looked into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What you found")


SEEN = Question(
    title=gettext_lazy("Mark as seen"),
    text=gettext_lazy(
        "You have looked into who tried these codes, and why. The alarm then no longer waits on "
        "the first page. In another hour it rings again."
    ),
    submit=gettext_lazy("Mark as seen"),
    form=FoundForm,
)


class Alarm(DropdownFilter):
    """Where an alarm rang, and whether somebody has looked into it."""

    title = gettext_lazy("alarm")
    parameter_name = "alarm"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            (each.value, str(each.label)) for each in (WrongTry.State.OPEN, WrongTry.State.SEEN)
        ]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[WrongTry],
    ) -> QuerySet[WrongTry]:
        tries = cast("WrongTryQuerySet", queryset)
        match self.value():
            case WrongTry.State.OPEN:
                return tries.unseen()
            case WrongTry.State.SEEN:
                return tries.seen()
            case _:
                return tries


@admin.register(WrongTry)
class WrongTryPage(ReadOnlyPage):
    """An hour of somebody who tried codes that are no good."""

    list_display = ["who", "hour", "many", "alarmed_at", "state_label"]
    list_display_links = ["who", "hour"]
    list_select_related = ["client", "staff"]
    list_filter = [Alarm]
    list_filter_submit = True
    ordering = ["-id"]
    nothing_yet = gettext_lazy(
        "When a till or a colleague tries codes that are no good, each hour of it appears here."
    )
    actions_detail = ["seen"]

    def get_fields(self, request: HttpRequest, obj: WrongTry | None = None) -> list[Any]:  # noqa: ARG002
        who = "client" if obj is None or obj.client_id else "staff"
        return [who, ("hour", "many"), ("alarmed_at", "seen_at")]

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: WrongTry | None = None,  # noqa: ARG002
    ) -> list[str]:
        return ["client", "staff", "hour", "many", "alarmed_at", "seen_at"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer the button while an alarm waits for a person."""
        row = self.get_object(request, str(object_id))
        if not isinstance(row, WrongTry) or row.state != WrongTry.State.OPEN:
            return []
        return list(super().get_actions_detail(request, object_id))

    @display(description=gettext_lazy("who"))
    def who(self, tried: WrongTry) -> str:
        return tried.who

    @display(description=gettext_lazy("wrong codes"))
    def many(self, tried: WrongTry) -> str:
        return whole(tried.tries)

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, tried: WrongTry) -> tuple[str, str]:
        state = tried.state
        return state.value, str(state.label)

    @action(
        description=gettext_lazy("Mark as seen"),
        url_path="seen",
        permissions=[SETTLE],
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def seen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tried = found(self, WrongTry, request, object_id)

        def act(_answers: dict[str, Any]) -> Done:
            now = timezone.now()
            settle_guessing_alarm(wrong_try_id=tried.pk, staff_id=staff_of(request).pk, now=now)
            words = _("Looked into the wrong codes of %(who)s") % {"who": tried.who}
            return Done(words, {"seen_at": None}, {"seen_at": now.isoformat()})

        back = reverse("admin:rewards_wrongtry_change", args=[tried.pk])
        return ask(self, request, tried, SEEN, act=act, back=back)
