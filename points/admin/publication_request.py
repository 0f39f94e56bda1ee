"""The form that asks a colleague to publish a draft, and what waits for one."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from members.actions.approval import withdraw_request
from members.admin.buttons import Question, ReasonForm, ask
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Approval, User
from points.actions.publication import requests_about
from points.actions.publication_requests import PUBLISH, ask_publication
from points.admin.replay import replay_facts
from points.models import ProgramVersion, Replay
from points.reports.program_difference import difference
from points.reports.wording import day


class PublicationForm(ReasonForm):
    """From when, and why; sent twice it asks once."""

    effective_at = forms.SplitDateTimeField(
        label=gettext_lazy("In force from"),
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=gettext_lazy(
            "A moment to come; midnight is plainest. Until then members read on the front page "
            "what will change."
        ),
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ["effective_at", "reason", "request_key"]


WITHDRAW = Question(
    title=gettext_lazy("Withdraw this request"),
    text=gettext_lazy("Nobody needs to decide it any more, and the draft can be changed again."),
    submit=gettext_lazy("Withdraw"),
)


def waiting_request(version: ProgramVersion, now: datetime) -> Approval | None:
    """Return the request that waits for a colleague, if there is one."""
    return requests_about(version=version, now=now).select_related("asked_by").first()


def ask_for_publication(
    page: StaffPage, request: HttpRequest, draft: ProgramVersion, *, back: str
) -> HttpResponse:
    """Ask from when and why, and have a colleague decide."""

    class Form(PublicationForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["effective_at"].initial = _first_date(draft)

    def act(answers: dict[str, Any]) -> Done:
        approval = ask_publication(
            version_id=draft.pk,
            effective_at=answers["effective_at"],
            reason=answers["reason"],
            request_key=answers["request_key"],
            staff_id=staff_of(request).pk,
            now=timezone.now(),
        )
        at = timezone.localtime(answers["effective_at"])
        return Done(
            _("A colleague was asked to publish %(version)s from %(day)s")
            % {"version": draft, "day": day(at.date())},
            after={"approval": approval.pk, "effective_at": at.isoformat()},
        )

    question = Question(
        title=_("Ask a colleague to publish"),
        text=_(
            "Rules are published by two. A colleague sees what differs and what the last replay "
            "showed, and publishes exactly this draft or refuses. Until then it cannot be changed."
        ),
        submit=_("Ask"),
        form=Form,
    )
    return ask(page, request, draft, question, act=act, back=back)


def _first_date(draft: ProgramVersion) -> datetime | None:
    """The draft's own moment if it is to come; a copy of older rules has none to offer."""
    at = draft.effective_at
    return timezone.localtime(at) if at is not None and at > timezone.now() else None


def withdraw(
    page: StaffPage, request: HttpRequest, draft: ProgramVersion, *, back: str
) -> HttpResponse:
    """Take back what one asked oneself."""
    approval = waiting_request(draft, timezone.now())

    def act(answers: dict[str, Any]) -> Done:
        if approval is not None:
            withdraw_request(
                approval_id=approval.pk,
                staff_id=staff_of(request).pk,
                note=answers["reason"],
                now=timezone.now(),
            )
        return Done(_("The request to publish %(version)s was withdrawn") % {"version": draft})

    return ask(page, request, draft, WITHDRAW, act=act, back=back)


def publication_facts(request: HttpRequest, approval: Approval) -> dict[str, Any]:
    """What a second person reads of a request: what differs, word for word, and the last replay."""
    asked = approval.asked
    version = ProgramVersion.objects.get(pk=asked["version"])
    against = ProgramVersion.objects.filter(number=asked["against"]).first()
    newest = Replay.objects.select_related("draft", "against", "asked_by").newest_of(version.pk)
    return {
        "version": version,
        "effective_at": datetime.fromisoformat(asked["rules"]["effective_at"]),
        "against": against,
        "parts": difference(against.rules, asked["rules"]) if against else [],
        "sees_replays": request.user.has_perm("points.view_replay"),
        **replay_facts(request, newest),
    }


def publication_hindrance(approval: Approval, reader: User) -> str:
    """Why this reader cannot publish what is asked, beside what keeps them from any request."""
    if not reader.has_perm(PUBLISH):
        return _("It waits for a colleague who may publish the rules of the program.")
    drafted = ProgramVersion.objects.filter(pk=approval.asked["version"], drafted_by=reader)
    if drafted.exists():
        return _("You drafted these rules yourself; a colleague decides.")
    return ""
