"""Inviting addresses that somebody types or pastes."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from members.actions.invitation import invite_all
from members.address_lines import AddressLine, read_lines
from members.admin.buttons import Question, ReasonForm, question_page
from members.models import User
from members.reports.guests import Guest

MOST = 500
LONGEST = 100_000


class InvitationForm(ReasonForm):
    """Whom to invite, and in which language."""

    people = forms.CharField(
        label=gettext_lazy("Whom"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(
            attrs={
                "rows": 8,
                "spellcheck": "false",
                "placeholder": "Anna Visser <anna@example.nl>\nbram@example.nl",
            }
        ),
        help_text=gettext_lazy("One person a line: an address, or a name with the address in < >."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the letter"),
        choices=User.Language.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Whom we know already gets it in their own language."),
    )
    field_order = ["people", "language", "reason"]

    def clean_people(self) -> str:
        text: str = self.cleaned_data["people"]
        if len(list(read_lines(text))) > MOST:
            raise forms.ValidationError(
                _("At most %(most)s people at once. Invite the others after these.")
                % {"most": MOST}
            )
        return text


INVITE = Question(
    title=gettext_lazy("Invite people"),
    text=gettext_lazy(
        "Each of them gets a letter with a personal link to join; it goes out within a minute."
    ),
    submit=gettext_lazy("Send the invitations"),
    form=InvitationForm,
)


def invite_addresses(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Invite every line that can be; the others stay in the box, each with its reason."""
    form = InvitationForm(request.POST or None, initial={"language": User.Language.DUTCH})
    if request.method == "POST" and form.is_valid():
        sent, left = _invite(request, form.cleaned_data)
        if sent:
            messages.success(request, told(sent))
        if not left:
            return redirect("admin:members_invitation_changelist")
        form = _what_is_left(form.cleaned_data, left)
    back = reverse("admin:members_invitation_changelist")
    return question_page(page, request, INVITE, form, back=back)


def told(sent: int) -> str:
    """Say how many letters go out."""
    return ngettext(
        "%(count)s invitation is on its way", "%(count)s invitations are on their way", sent
    ) % {"count": sent}


Left = list[tuple[AddressLine, str]]


def _invite(request: HttpRequest, answers: dict[str, Any]) -> tuple[int, Left]:
    lines = {str(line.number): line for line in read_lines(answers["people"])}
    left = [
        (line, _("there is no e-mail address on it, or more than one"))
        for line in lines.values()
        if not line.address
    ]
    done = invite_all(
        guests=[
            Guest(key, line.address, line.name, answers["language"])
            for key, line in lines.items()
            if line.address
        ],
        staff_id=cast("User", request.user).pk,
        reason=answers["reason"],
        now=timezone.now(),
    )
    left += [(lines[guest.key], str(refusal)) for guest, refusal in done.refused]
    return done.sent, sorted(left, key=lambda one: one[0].number)


def _what_is_left(answers: dict[str, Any], left: Left) -> InvitationForm:
    rest = "\n".join(line.text for line, _why in left)
    form = InvitationForm({**answers, "people": rest})
    form.full_clean()
    for number, (line, why) in enumerate(left, start=1):
        form.add_error(
            "people",
            _("Line %(number)s, %(text)s: %(why)s")
            % {"number": number, "text": _short(line.text), "why": why},
        )
    return form


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
