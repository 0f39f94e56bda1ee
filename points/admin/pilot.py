"""From the list of best customers to their invitations: who gets one, then all at once."""

from collections.abc import Sequence
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu.exceptions import OperationalError
from unfold.admin import ModelAdmin

from members.actions.invitation import invite_all
from members.admin.buttons import ReasonForm
from members.models import User
from members.reports.guests import guest_list
from points.tasks import count_spending_again

LISTED = "admin:points_spending_changelist"
NAMED = 50
"""Of those who are skipped so many are named; the others are counted."""


class GuestForm(ReasonForm):
    """The chosen members, and why they."""

    chosen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def clean_chosen(self) -> list[int]:
        numbers = self.cleaned_data["chosen"].split(",")
        if not all(number.isascii() and number.isdecimal() for number in numbers):
            raise forms.ValidationError(_("Choose again: this is no list of members."))
        return [int(number) for number in numbers if len(number) < 19]


def show_guest_list(
    page: ModelAdmin, request: HttpRequest, chosen: Sequence[int], form: GuestForm | None = None
) -> HttpResponse:
    """Say how many letters go out and who is skipped, before anything happens."""
    found = guest_list(member_ids=chosen, now=timezone.now())
    form = form or GuestForm(initial={"chosen": ",".join(map(str, chosen))})
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": gettext_lazy("Invite the chosen customers"),
        "form": form,
        "letters": len(found.guests),
        "skipped": found.skipped[:NAMED],
        "more_skipped": max(0, len(found.skipped) - NAMED),
    }
    return TemplateResponse(request, "points/admin/invite.html", context)


def invite_chosen(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Send the invitations; asked twice, the second finds everybody invited."""
    _may_invite(request)
    if request.method != "POST":
        return redirect(LISTED)
    form = GuestForm(request.POST)
    if not form.is_valid():
        if "chosen" in form.errors:
            messages.error(request, _("Choose again: this is no list of members."))
            return redirect(LISTED)
        return show_guest_list(page, request, form.cleaned_data["chosen"], form)
    now = timezone.now()
    found = guest_list(member_ids=form.cleaned_data["chosen"], now=now)
    done = invite_all(
        guests=found.guests,
        staff_id=cast("User", request.user).pk,
        reason=form.cleaned_data["reason"],
        now=now,
    )
    skipped = len(found.skipped) + len(done.refused)
    _tell(request, done.sent, skipped)
    return redirect("admin:members_invitation_changelist" if done.sent else LISTED)


def count_again(_page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Have the list counted anew in the background."""
    _may_invite(request)
    if request.method == "POST":
        try:
            count_spending_again.delay()
        except OperationalError:
            words = _("No worker could be reached; start it again in a few minutes.")
            messages.warning(request, words)
        else:
            messages.success(
                request,
                _("The list is being counted. Open it again in a minute for the new figures."),
            )
    return redirect(LISTED)


def _may_invite(request: HttpRequest) -> None:
    if not request.user.has_perm("members.invite_member"):
        raise PermissionDenied


def _tell(request: HttpRequest, sent: int, skipped: int) -> None:
    if sent:
        words = ngettext(
            "%(count)s invitation is on its way", "%(count)s invitations are on their way", sent
        )
        messages.success(request, words % {"count": sent})
    if skipped:
        words = ngettext(
            "%(count)s customer was skipped", "%(count)s customers were skipped", skipped
        )
        messages.warning(request, words % {"count": skipped})
