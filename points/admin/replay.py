"""Replays: how far one is, what came of it, and the form that asks for one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from members.admin.buttons import Question, found, question_page
from members.admin.pages import ReadOnlyPage, StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Member
from members.refusals import Refusal
from points.actions.replays import ask_replay, stop_replay
from points.admin.replay_pictures import changes, tier_flows
from points.models import ProgramVersion, Replay
from points.models.replay import LEAST_COST, MOST_COST
from points.reports.replay_words import is_outdated, outcome, progress
from points.tasks import replay_draft

SECONDS_BETWEEN_LOOKS = 2
COLORS = {
    Replay.State.WAITING: "warning",
    Replay.State.RUNNING: "info",
    Replay.State.DONE: "success",
    Replay.State.FAILED: "danger",
    Replay.State.STOPPED: "info",
}


class ReplayForm(forms.Form):
    """Over how long, and what a point costs the business."""

    months = forms.TypedChoiceField(
        label=gettext_lazy("Over the past"),
        choices=Replay.Months.choices,
        coerce=int,
        initial=Replay.Months.TWELVE,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("A whole year shows every season."),
    )
    point_cost = forms.DecimalField(
        label=gettext_lazy("What a point costs you, in euros"),
        localize=True,
        min_value=LEAST_COST,
        max_value=MOST_COST,
        max_digits=7,
        decimal_places=4,
        initial=Replay._meta.get_field("point_cost").default,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        help_text=gettext_lazy(
            "What you give a member for one point, for example 0.01 if 100 points are worth a euro."
        ),
    )


QUESTION = Question(
    title=gettext_lazy("Try this draft on the past"),
    text=gettext_lazy(
        "The purchases of the past months are replayed by today's rules and by the draft's, in "
        "the background. Nothing changes for anybody."
    ),
    submit=gettext_lazy("Start"),
    form=ReplayForm,
)


def ask_for_replay(page: StaffPage, request: HttpRequest, draft: ProgramVersion) -> HttpResponse:
    """Ask over how long, have it done in the background, and go and look how far it is."""
    form = ReplayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            replay = _asked(page, request, draft, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            _send(request, replay)
            return redirect("admin:points_replay_change", replay.pk)
    back = f"../../{draft.pk}/change/"
    return question_page(page, request, QUESTION, form, obj=draft, back=back)


@transaction.atomic
def _asked(
    page: StaffPage, request: HttpRequest, draft: ProgramVersion, answers: dict[str, Any]
) -> Replay:
    replay = ask_replay(
        draft_id=draft.pk, staff_id=staff_of(request).pk, now=timezone.now(), **answers
    )
    words = _("Tried on the past %(period)s") % {"period": replay.get_months_display()}
    page.record(request, draft, Done(words))
    return replay


def _send(request: HttpRequest, replay: Replay) -> None:
    try:
        replay_draft.delay(replay.pk)
    except OperationalError:
        messages.warning(request, _("No worker could be reached; start it again in a few minutes."))


@admin.register(Replay)
class ReplayPage(ReadOnlyPage):
    """What drafts would have come to; one that runs shows how far it is."""

    list_display = ["draft", "period", "state_label", "asked_by", "asked_at"]
    list_select_related = ["draft", "asked_by"]
    ordering = ["-id"]
    actions_detail = ["stop"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Replay]:
        rows: QuerySet[Replay] = super().get_queryset(request)
        return rows.select_related("draft", "against", "asked_by")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:  # noqa: ARG002
        # An address, not a button of the theme: the page has its own.
        return []

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far a run is, or what came of it."""
        replay = self.get_object(request, object_id)
        if replay is None or request.method != "GET" or not self.has_view_permission(request):
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return answer
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": replay,
            "title": _("%(version)s tried on the past") % {"version": replay.draft},
            "wait": SECONDS_BETWEEN_LOOKS,
            **replay_facts(request, replay),
        }
        return TemplateResponse(request, "points/admin/replay.html", context)

    @action(description=gettext_lazy("Stop"), url_path="stop", permissions=["points.add_replay"])
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        replay = found(self, Replay, request, object_id)
        if request.method == "POST":
            try:
                self._stopped(request, replay)
            except Refusal as refusal:
                messages.error(request, str(refusal))
        return redirect("admin:points_replay_change", replay.pk)

    @transaction.atomic
    def _stopped(self, request: HttpRequest, replay: Replay) -> None:
        stop_replay(replay_id=replay.pk, staff_id=staff_of(request).pk, now=timezone.now())
        self.record(request, replay, Done(_("Stopped")))

    @display(description=gettext_lazy("period"))
    def period(self, replay: Replay) -> str:
        return replay.get_months_display()

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, replay: Replay) -> tuple[str, str]:
        if replay.is_silent(timezone.now()):
            return Replay.State.FAILED, _("worker lost")
        return replay.state, replay.get_state_display()


def replay_facts(request: HttpRequest, replay: Replay | None) -> dict[str, Any]:
    """Everything a page shows of a replay; nothing to show where there is none."""
    if replay is None:
        return {"replay": None}
    now, result = timezone.now(), replay.result or {}
    told = outcome(replay, _names(request, replay.result))
    may_run = request.user.has_perm("points.add_replay") and not replay.draft.is_published
    shown = told is not None and not told.is_empty
    return {
        "replay": replay,
        "is_silent": replay.is_silent(now),
        "is_outdated": not replay.draft.is_published and is_outdated(replay, replay.draft, now),
        "progress": progress(replay),
        "outcome": told,
        "bars": changes(result) if shown else (),
        "flows": tier_flows(result) if shown else None,
        "may_run": may_run,
    }


def _names(request: HttpRequest, result: dict[str, Any] | None) -> dict[int, str]:
    """Name the members of the examples, for who may open their pages."""
    if result is None or not request.user.has_perm("members.view_member"):
        return {}
    members = [one["member"] for key in ("winners", "losers") for one in result[key]["examples"]]
    known = Member.objects.filter(pk__in=members).values_list("pk", "name")
    return dict(known)
