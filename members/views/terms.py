"""The terms of taking part: read by anybody, accepted by members."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.actions.terms import accept_terms
from members.forms import AcceptanceForm
from members.models import Acceptance, Member, Terms
from members.terms_text import blocks_of
from members.views.door import for_members


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Show what holds today."""
    shown = Terms.objects.in_force(timezone.now())
    if shown is None:
        raise Http404
    return _page(request, "members/terms.html", shown)


@require_safe
def terms_version(request: HttpRequest, number: int) -> HttpResponse:
    """Show a version that holds or held; whoever accepted it may want to read it again."""
    now = timezone.now()
    shown = get_object_or_404(Terms, number=number, published_at__lte=now)
    return _page(request, "members/terms.html", shown, newest=Terms.objects.in_force(now))


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def my_terms(request: HttpRequest, member: Member) -> HttpResponse:
    """Show the version to accept with its button, and what one accepted before."""
    now = timezone.now()
    form = AcceptanceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        accept_terms(member_id=member.pk, terms_id=form.cleaned_data["terms"].pk, now=now)
        messages.success(request, _("Thank you. You have accepted the terms."))
        return redirect(settings.LOGIN_REDIRECT_URL)
    accepted = Acceptance.objects.filter(member=member).select_related("terms")
    return _page(
        request,
        "members/terms_mine.html",
        Terms.objects.in_force(now),
        accepted=list(accepted),
        to_accept=Terms.objects.to_accept(member.pk, now),
    )


def _page(
    request: HttpRequest, template: str, shown: Terms | None, **facts: object
) -> HttpResponse:
    blocks = blocks_of(shown.text) if shown else []
    return render(request, template, {"terms": shown, "blocks": blocks, **facts})
