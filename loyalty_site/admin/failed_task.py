"""Tasks that failed: what the workers could not carry out, tried again or set aside."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from loyalty_site.actions.failed_tasks import set_aside, try_again
from loyalty_site.models import FailedTask
from loyalty_site.tasks import send_again
from members.admin.buttons import Question, ask, found
from members.admin.pages import ReadOnlyPage
from members.admin.reader import staff_of

COLORS = {
    FailedTask.State.OPEN: "danger",
    FailedTask.State.AGAIN: "info",
    FailedTask.State.RECOVERED: "success",
    FailedTask.State.SET_ASIDE: "default",
}
AGAIN = Question(
    title=gettext_lazy("Try this task again"),
    text=gettext_lazy("A worker does it once more. What it had done already is not done twice."),
    submit=gettext_lazy("Try again"),
)
ASIDE = Question(
    title=gettext_lazy("Set this task aside"),
    text=gettext_lazy(
        "Nobody is asked to look at it any more. If the same task fails again, that is a new line."
    ),
    submit=gettext_lazy("Set aside"),
)


@admin.register(FailedTask)
class FailedTaskPage(ReadOnlyPage):
    """A line for each task and what it was about; it counts how often it failed."""

    list_display = ["task_name", "about", "error", "times", "failed_at", "state_label"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_filter_submit = True
    ordering = ["-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("task", "state"),
                    ("about", "times"),
                    ("first_failed_at", "failed_at"),
                    "error",
                    ("asked_at", "settled_at"),
                    "message",
                ]
            },
        )
    ]
    readonly_fields = ["about"]
    actions_detail = ["again", "aside"]
    nothing_yet = gettext_lazy("Nothing has failed.")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        failed = self.get_object(request, str(object_id))
        if failed is None or not failed.is_unsettled:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        if failed.is_kept_whole:
            return buttons
        return [button for button in buttons if "again" not in button.action_name]

    @display(description=gettext_lazy("task"))
    def task_name(self, failed: FailedTask) -> str:
        return str(failed)

    @display(description=gettext_lazy("about"))
    def about(self, failed: FailedTask) -> str:
        return ", ".join(map(str, failed.about)) or "–"

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, failed: FailedTask) -> tuple[str, str]:
        return failed.state, failed.get_state_display()

    @action(
        description=gettext_lazy("Try again"),
        url_path="try-again",
        permissions=["loyalty_site.change_failedtask"],
        icon="replay",
        variant=ActionVariant.PRIMARY,
    )
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        failed = found(self, FailedTask, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            try_again(failed_task_id=failed.pk, staff_id=staff_of(request).pk, now=timezone.now())
            return _("%(task)s is tried again") % {"task": failed}

        answer = ask(self, request, failed, AGAIN, act=act, back=address(failed))
        if answer.status_code == HttpResponse.status_code or request.method != "POST":
            return answer
        try:
            send_again(failed)
        except OperationalError:
            messages.warning(request, _("No worker could be reached; it is sent in a few minutes."))
        return answer

    @action(
        description=gettext_lazy("Set aside"),
        url_path="set-aside",
        permissions=["loyalty_site.change_failedtask"],
        icon="inventory_2",
    )
    def aside(self, request: HttpRequest, object_id: str) -> HttpResponse:
        failed = found(self, FailedTask, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            set_aside(failed_task_id=failed.pk, staff_id=staff_of(request).pk, now=timezone.now())
            return _("%(task)s is set aside") % {"task": failed}

        return ask(self, request, failed, ASIDE, act=act, back=address(failed))


def address(failed: FailedTask) -> str:
    return reverse("admin:loyalty_site_failedtask_change", args=[failed.pk])
