"""The card that a till scans."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.card_images import barcode, qr, spaced
from members.models import Card, Member
from members.views.door import for_members


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


def _card_of(member: Member) -> Card | None:
    return Card.objects.active().filter(member=member).first()


def _drawing(draw: Callable[[str], str], member: Member) -> HttpResponse:
    shown = _card_of(member)
    if shown is None:
        raise Http404
    return HttpResponse(draw(shown.number), content_type="image/svg+xml")
