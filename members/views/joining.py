"""Becoming a member."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.actions.enrollment import claim_membership
from members.refusals import Refusal
from members.views.door import LoggedInRequest


@login_required
@require_POST
def claim(request: LoggedInRequest) -> HttpResponse:
    """Make a login a member."""
    try:
        claim_membership(user_id=request.user.pk, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Welcome! You are a member now."))
    return redirect(settings.LOGIN_REDIRECT_URL)
