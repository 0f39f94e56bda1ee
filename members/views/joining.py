"""Becoming a member: by the form, by an invitation, from the line."""

from typing import Any

from allauth.account.views import SignupView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.actions.invitation import UnknownInvitation, invitation_of_token
from members.actions.joining import apply_to_join, claim_membership, leave_line
from members.forms import AnswersForm, InvitedForm, JoinForm
from members.models import Invitation, Member, User
from members.refusals import Refusal
from members.reports.joining import welcome_words
from members.views.door import LoggedInRequest
from members.views.outside import outside

NOT_FOUND, GONE = 404, 410


@login_required
@require_POST
def join(request: LoggedInRequest) -> HttpResponse:
    """Take the answers of a login without membership, and make it a member's."""
    if Member.objects.filter(user=request.user).exists():
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = AnswersForm(request.POST)
    if not form.is_valid():
        return outside(request, request.user, form)
    try:
        apply_to_join(user_id=request.user.pk, answers=form.answers(), now=timezone.now())
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return outside(request, request.user, form)
    return _claimed(request)


@login_required
@require_POST
def claim(request: LoggedInRequest) -> HttpResponse:
    """Try again: an invitation may have come, or the program may have opened."""
    return _claimed(request)


@login_required
@require_POST
def leave(request: LoggedInRequest) -> HttpResponse:
    """Give up a place in line."""
    leave_line(user_id=request.user.pk)
    messages.success(
        request, _("Your answers are gone, and your place with them. You can come back any time.")
    )
    return redirect(settings.LOGIN_REDIRECT_URL)


def _claimed(request: LoggedInRequest) -> HttpResponse:
    try:
        joined = claim_membership(user_id=request.user.pk, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if isinstance(joined, Member) and joined.status != Member.Status.CLOSED:
            messages.success(request, welcome_words(joined))
    return redirect(settings.LOGIN_REDIRECT_URL)


class InvitedView(SignupView):
    """Joins by the link of an invitation: the address stands, the language is hers."""

    template_name = "members/join_invited.html"
    invitation: Invitation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.invitation = invitation_of_token(token=kwargs["token"], now=timezone.now())
        except Refusal as refusal:
            status = NOT_FOUND if isinstance(refusal, UnknownInvitation) else GONE
            return render(request, "members/join_over.html", {"why": refusal}, status=status)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in User.Language else self.invitation.language
        with translation.override(language):
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language)
        return response

    def get_form_class(self) -> type[JoinForm]:
        return InvitedForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "invitation": self.invitation}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "invitation": self.invitation}


invited = InvitedView.as_view()
