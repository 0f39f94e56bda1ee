"""The card that a till scans, and the code that proves who holds it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.actions.proof import proof_key
from members.card_images import barcode, qr, spaced
from members.card_proof import SECONDS_A_STEP, code, step_at
from members.models import Card, Member
from members.views.door import for_members


@require_safe
@for_members
def card(request: HttpRequest, member: Member) -> HttpResponse:
    """
    Show the card that a till scans.

    The page holds the key of its codes, so that it makes them without a network.
    """
    number = _number_of(member)
    if number is None:
        return render(request, "members/card.html", {"member": member})
    now = timezone.now()
    key = proof_key(number=number)
    shown = code(key, step_at(now))
    context = {
        "member": member,
        "number": number,
        "spaced": spaced(number),
        "key": key.hex(),
        "seconds": str(SECONDS_A_STEP),
        "rendered": str(round(now.timestamp() * 1000)),
        "first_half": shown[:4],
        "second_half": shown[4:],
    }
    return render(request, "members/card.html", context)


@require_safe
@for_members
def card_barcode(request: HttpRequest, member: Member) -> HttpResponse:
    """Draw the number for a till's scanner."""
    number = _number_of(member)
    if number is None:
        raise Http404
    return HttpResponse(barcode(number), content_type="image/svg+xml")


@require_safe
@for_members
def card_qr(request: HttpRequest, member: Member) -> HttpResponse:
    """Draw the number and the code of this moment, for who has no JavaScript."""
    number = _number_of(member)
    if number is None:
        raise Http404
    shown = code(proof_key(number=number), step_at(timezone.now()))
    return HttpResponse(qr(number + shown), content_type="image/svg+xml")


def _number_of(member: Member) -> str | None:
    """The newest of a member's cards that work."""
    return Card.objects.active().filter(member=member).values_list("number", flat=True).first()
