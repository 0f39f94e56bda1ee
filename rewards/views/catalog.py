"""The catalog in the portal: looking, choosing, redeeming, waiting in line."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.models import Member
from members.refusals import Refusal
from members.views.door import for_members, member_of
from points.reports.wording import points_text
from rewards.actions.redemption import redeem_reward
from rewards.actions.taking_back import latest_to_take_back, take_back_redemption
from rewards.actions.waiting_list import join_line, leave_line
from rewards.forms import ChoiceForm, RedeemForm
from rewards.models import Redemption, RewardPicture
from rewards.reports.catalog import Item, catalog_of, item_of
from rewards.reports.discounts import enough_words
from rewards.reports.vouchers import waiting_vouchers
from rewards.reports.worth import steps_text, worth_text

FOR_GOOD = "public, max-age=31536000, immutable"


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """Show what there is; who is no member sees it too, and is asked to join."""
    member, now = member_of(request), timezone.now()
    shown = catalog_of(member, now)
    spendable = points_text(shown.spendable) if shown.spendable is not None else ""
    enough = enough_words((item.reward for item in shown.now), shown.spendable or 0)
    facts = {
        "member": member,
        "catalog": shown,
        "spendable": spendable,
        "enough": enough,
        "waiting": waiting_vouchers(member.pk, now) if member is not None else None,
    }
    return _fresh(render(request, "rewards/catalog.html", facts))


@require_safe
def reward(request: HttpRequest, reward_id: int) -> HttpResponse:
    """Show one reward, and how many points one may spend on it."""
    return _reward_page(request, member_of(request), reward_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def redeem(request: HttpRequest, member: Member, reward_id: int) -> HttpResponse:
    """Ask once more, with the balance after it; then redeem."""
    if request.method == "POST":
        return _redeemed(request, member, reward_id)
    item, spendable = _seen(reward_id, member)
    chosen = item.reward.points
    if item.reward.has_steps:
        form = ChoiceForm(item.reward, spendable or 0, request.GET)
        if not form.is_valid():
            return _reward_page(request, member, reward_id, form)
        chosen = form.cleaned_data["points"]
    if not item.can_have:
        return redirect("rewards:reward", reward_id)
    asked = {"points": chosen, "revision": item.reward.revision, "key": uuid4()}
    facts = {
        "item": item,
        "form": RedeemForm(initial=asked),
        "worth": worth_text(item.reward, chosen),
        "has_text": points_text(spendable or 0),
        "costs_text": points_text(chosen),
        "keeps_text": points_text((spendable or 0) - chosen),
    }
    return render(request, "rewards/confirm.html", facts)


@require_POST
@for_members
def line(request: HttpRequest, member: Member, reward_id: int) -> HttpResponse:
    """Join the line for a reward that is gone, or leave it."""
    _seen(reward_id, member)
    now = timezone.now()
    try:
        if "leave" in request.POST:
            leave_line(member_id=member.pk, reward_id=reward_id, now=now)
            messages.success(request, _("You have left the line."))
        else:
            join_line(member_id=member.pk, reward_id=reward_id, now=now)
            messages.success(request, _("You are in line. We write to you when it is your turn."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("rewards:reward", reward_id)


@require_POST
@for_members
def take_back(request: HttpRequest, member: Member, redemption_id: int) -> HttpResponse:
    """Undo what was redeemed a moment ago."""
    made = Redemption.objects.filter(pk=redemption_id, member=member).first()
    if made is None:
        raise Http404
    try:
        take_back_redemption(
            redemption_id=made.pk, actor=f"user:{member.user_id}", now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("Taken back: you have your %(points)s again.")
        messages.success(request, told % {"points": points_text(made.points)})
    return redirect("rewards:reward", made.reward_id)


@require_safe
def picture(request: HttpRequest, picture_id: int, digest: str) -> HttpResponse:
    """Serve a picture, for good: another picture has another address."""
    found = RewardPicture.objects.filter(pk=picture_id, digest=digest).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type="image/webp")
    response["Cache-Control"] = FOR_GOOD
    return response


def _reward_page(
    request: HttpRequest, member: Member | None, reward_id: int, form: ChoiceForm | None = None
) -> HttpResponse:
    item, spendable = _seen(reward_id, member)
    if form is None and item.can_have and item.reward.has_steps:
        form = ChoiceForm(item.reward, spendable or 0)
    facts = {
        "member": member,
        "item": item,
        "form": form,
        "spendable": spendable,
        "steps": steps_text(item.reward),
        "taken": _just_taken(member, reward_id),
    }
    return _fresh(render(request, "rewards/reward.html", facts))


def _just_taken(member: Member | None, reward_id: int) -> Redemption | None:
    if member is None:
        return None
    now = timezone.now()
    return latest_to_take_back(member_id=member.pk, reward_id=reward_id, now=now)


def _redeemed(request: HttpRequest, member: Member, reward_id: int) -> HttpResponse:
    form = RedeemForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Something was missing. Nothing was redeemed; choose again."))
        return redirect("rewards:reward", reward_id)
    try:
        made = redeem_reward(
            member_id=member.pk,
            reward_id=reward_id,
            points=form.cleaned_data["points"],
            revision=form.cleaned_data["revision"],
            request_key=form.cleaned_data["key"],
            actor=f"user:{member.user_id}",
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("rewards:reward", reward_id)
    return _where_it_is(request, made)


def _where_it_is(request: HttpRequest, made: Redemption) -> HttpResponse:
    if not made.reward.has_voucher:
        messages.success(request, _("Thank you! Your points have been given."))
        return redirect("rewards:reward", made.reward_id)
    messages.success(request, _("It is yours. Show the code at the till, or use it in the shop."))
    return redirect("rewards:voucher", made.voucher.reference)


def _seen(reward_id: int, member: Member | None) -> tuple[Item, int | None]:
    found = item_of(reward_id, member, timezone.now())
    if found is None:
        raise Http404
    return found


def _fresh(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response
