"""The letters that go out by themselves: what they are, how they look, and a test of each."""

from dataclasses import dataclass
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mailroom.actions.test_letters import send_test_letter
from mailroom.admin.previewing import Preview, previewed
from mailroom.kinds import Kind, kinds_of_letters
from mailroom.message import Filled
from mailroom.reports.letters_sent import written_lately
from mailroom.reports.preview import preview_letter
from members.admin.requests import colleague
from members.refusals import Refusal

PREVIEW = "mailroom.preview_letters"
LIST = "admin:mailroom_kinds"


class TestForm(forms.Form):
    """Which press of the button it was."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of letter on the list; `lately` is None for what is kept nowhere."""

    kind: Kind
    lately: int | None


@permission_required(PREVIEW, raise_exception=True)
@require_safe
def letters_we_send(request: HttpRequest) -> HttpResponse:
    """List every kind, with how many went out in the last 30 days."""
    counted = written_lately(timezone.now())
    lines = [
        Line(kind, counted.get(kind.key, 0) if kind.key else None)
        for kind in kinds_of_letters().values()
    ]
    return TemplateResponse(
        request,
        "mailroom/admin/letters_we_send.html",
        {**admin.site.each_context(request), "title": _("Letters we send"), "lines": lines},
    )


@permission_required(PREVIEW, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def letter_we_send(request: HttpRequest, source: str) -> HttpResponse:
    """Show one kind as its reader gets it; sent here, it goes to the colleague who asks."""
    kind = kinds_of_letters().get(source)
    if kind is None:
        raise Http404
    now = timezone.now()

    def write(language: str, member_id: int | None) -> Filled:
        return preview_letter(kind, language, member_id, now)

    shown = previewed(request, write)
    if request.method == "POST":
        return _send(request, kind, shown)
    return TemplateResponse(
        request,
        "mailroom/admin/letter_we_send.html",
        {
            **admin.site.each_context(request),
            "title": kind.title,
            "kind": kind,
            "preview": shown,
            "form": TestForm(initial={"request_key": uuid4()}),
            "back": reverse(LIST),
        },
    )


def _send(request: HttpRequest, kind: Kind, shown: Preview) -> HttpResponse:
    form = TestForm(request.POST)
    if form.is_valid():
        try:
            letter = send_test_letter(
                kind=kind,
                language=shown.language,
                member_id=shown.member.pk if shown.member else None,
                to_user_id=colleague(request).pk,
                request_key=form.cleaned_data["request_key"],
                now=timezone.now(),
            )
            messages.success(request, _("A test is on its way to %(to)s") % {"to": letter.to})
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return redirect(request.get_full_path())
