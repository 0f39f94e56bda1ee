"""A member's own pages in the portal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.actions.enrollment import claim_membership
from members.card_images import barcode, qr, spaced
from members.models import Card, Member, User
from members.refusals import Refusal

MemberView = Callable[..., HttpResponse]


class LoggedInRequest(HttpRequest):
    """What `login_required` lets through."""

    user: User


def for_members(view: MemberView) -> MemberView:
    """Hand a view the member who is logged in; who is none may join first."""

    @wraps(view)
    @login_required
    @never_cache
    def door(request: LoggedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member = Member.objects.filter(user_id=request.user.pk).first()
        if member is None:
            return render(request, "members/no_member.html")
        return view(request, member, *args, **kwargs)

    return door


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


@require_safe
@for_members
def card(request: HttpRequest, member: Member) -> HttpResponse:
    """Show the card that a till scans."""
    shown = _card_of(member)
    return render(
        request,
        "members/card.html",
        {"member": member, "number": spaced(shown.number) if shown else None},
    )


@require_safe
@for_members
def card_barcode(request: HttpRequest, member: Member) -> HttpResponse:
    return _drawing(barcode, member)


@require_safe
@for_members
def card_qr(request: HttpRequest, member: Member) -> HttpResponse:
    return _drawing(qr, member)


@require_safe
@for_members
def profile(request: HttpRequest, member: Member) -> HttpResponse:
    """Show who the program thinks one is, and the way to every setting."""
    return render(request, "members/profile.html", {"member": member})


def _card_of(member: Member) -> Card | None:
    return Card.objects.active().filter(member=member).first()


def _drawing(draw: Callable[[str], str], member: Member) -> HttpResponse:
    shown = _card_of(member)
    if shown is None:
        raise Http404
    return HttpResponse(draw(shown.number), content_type="image/svg+xml")
