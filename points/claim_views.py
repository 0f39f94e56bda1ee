"""Forgot your card at the till: a member claims a receipt."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from members.models import Member
from members.refusals import Refusal
from members.views.door import for_members
from points.actions.receipts import (
    CLAIM_DAYS,
    ClaimedBefore,
    DayToCome,
    NoSuchReceipt,
    OnAnotherCard,
    TooOldToClaim,
    WhollyReturned,
    claim_receipt,
    count_try,
)
from points.forms import ClaimForm
from points.models import Purchase
from points.reports.explanations import explain_purchase

BESIDE = {
    NoSuchReceipt.code: "number",
    OnAnotherCard.code: "number",
    ClaimedBefore.code: "number",
    WhollyReturned.code: "number",
    TooOldToClaim.code: "bought_on",
    DayToCome.code: "bought_on",
}
"""Which field a refusal stands beside; others stand above the form."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def claim(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask what stands on the receipt; give its points at once, or say what is wrong."""
    form = ClaimForm(request.POST or None)
    form.offer_days(timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            purchase = _claimed(form, member)
        except Refusal as refusal:
            form.add_error(BESIDE.get(refusal.code), str(refusal))
        else:
            return redirect("points:claimed", purchase.pk)
    return render(
        request, "points/claim.html", {"form": form, "member": member, "days": CLAIM_DAYS}
    )


@require_safe
@for_members
def claimed(request: HttpRequest, member: Member, purchase_id: int) -> HttpResponse:
    """Show what a receipt brought, and why."""
    purchase = Purchase.objects.of_member(member.pk).filter(pk=purchase_id).first()
    if purchase is None:
        raise Http404
    summary, *details = explain_purchase(purchase)
    return render(
        request,
        "points/claimed.html",
        {
            "purchase": purchase,
            "points": purchase.earned - purchase.taken,
            "summary": summary,
            "details": details,
        },
    )


def _claimed(form: ClaimForm, member: Member) -> Purchase:
    now = timezone.now()
    # A transaction of its own: the try counts, also where the claim is refused.
    count_try(member_id=member.pk, now=now)
    return claim_receipt(
        member_id=member.pk,
        number=form.cleaned_data["number"],
        bought_on=form.cleaned_data["bought_on"],
        total=form.cleaned_data["total"],
        actor=f"user:{member.user_id}",
        now=now,
    )
