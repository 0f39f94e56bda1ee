"""A gift card given away by a link: its owner makes and ends it, and anybody may open it."""

from uuid import UUID

from allauth.core.internal.ratelimit import consume_or_429
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from members.models import Member
from members.refusals import Refusal
from members.views.door import for_members
from points.reports.wording import money
from rewards.actions.sharing import end_sharing, share_gift_card
from rewards.code_vault import share_key_of
from rewards.forms import ShareForm
from rewards.models import Voucher
from rewards.reports.voucher_words import rules
from rewards.reports.vouchers import ticket
from rewards.views.scannable import scannable
from rewards.views.vouchers import own_voucher, voucher_page

OPENED = {"gift_card": "20/m/ip"}
"""How often one address may open links: nobody gives away more, and nobody guesses one."""


@require_POST
@for_members
def share(request: HttpRequest, member: Member, reference: UUID) -> HttpResponse:
    """Make the link, with or without the giver's name and words of theirs."""
    found, form = own_voucher(member, reference), ShareForm(request.POST)
    if not form.is_valid():
        return voucher_page(request, found, form=form, status=422)
    try:
        share_gift_card(
            voucher_id=found.pk,
            member_id=member.pk,
            shows_name=form.cleaned_data["shows_name"],
            greeting=form.cleaned_data["greeting"],
            now=timezone.now(),
        )
    except Refusal as refusal:
        return voucher_page(request, found, refused=str(refusal), status=409)
    messages.success(request, _("The link is ready. Whoever has it can use the gift card."))
    return redirect("rewards:voucher", reference)


@require_POST
@for_members
def end(request: HttpRequest, member: Member, reference: UUID) -> HttpResponse:
    """End the link; who opens it from now on sees nothing."""
    end_sharing(voucher_id=own_voucher(member, reference).pk, member_id=member.pk)
    messages.success(request, _("The link no longer works."))
    return redirect("rewards:voucher", reference)


@require_safe
@never_cache
@sensitive_variables("token")
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show a gift card to who was sent its link; a link that was ended was never there."""
    too_often: HttpResponse | None = consume_or_429(
        request, app="rewards", action="gift_card", config=OPENED, limit_get=True
    )
    answer = too_often or _opened(request, token)
    # The address opens the card, so nobody hears of it: no site one goes on to, no search engine.
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    # Django would write the address of a refused request to the log.
    vars(answer)["_has_been_logged"] = True
    return answer


def _opened(request: HttpRequest, token: str) -> HttpResponse:
    key = share_key_of(token)
    gifts = Voucher.objects.select_related("reward", "member")
    found = gifts.filter(share_key=key).first() if key is not None else None
    if found is None:
        return render(request, "rewards/no_gift_card.html", status=404)
    shown = ticket(found, timezone.now())
    giver = found.member.first_name if found.member is not None and found.shares_name else ""
    context = {
        "ticket": shown,
        "voucher": found,
        "giver": giver,
        "greeting": found.greeting,
        "code": scannable(found) if shown.is_open else None,
        "rules": rules(found),
        "left": money(found.left),
    }
    return render(request, "rewards/gift_card.html", context)
