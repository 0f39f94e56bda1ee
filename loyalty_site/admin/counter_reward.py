"""Points become a reward at the counter, while the member stands there with their card."""

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from loyalty_site.admin.counter_desk import LOOK_UP, with_vouchers
from loyalty_site.admin.counter_voucher import voucher_page
from members.admin.requests import colleague
from members.models import Member
from members.refusals import Refusal
from points.reports.wording import points_text
from rewards.actions.counter import Choice, redeem_at_counter
from rewards.actions.issuing import code_of
from rewards.models import Redemption, Voucher
from rewards.reports.catalog import Catalog, catalog_of
from rewards.reports.offers import price_of
from rewards.reports.worth import worth_text

MOST_PRICES = 12
"""Of a reward whose price one chooses: enough at a counter; the portal has them all."""


class RedeemForm(forms.Form):
    """What they choose, at which price, and the code that their card shows now."""

    choice = forms.ChoiceField(
        label=gettext_lazy("What they choose"),
        widget=UnfoldAdminSelectWidget(attrs={"data-counter-first": True}),
    )
    shown = forms.CharField(
        label=gettext_lazy("The QR code of their card"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=gettext_lazy(
            "Scan it from their phone, under “To spend points”. It is good for five minutes."
        ),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, catalog: Catalog, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ChoiceField", self.fields["choice"])
        choice.choices = choices_of(catalog)
        choice.error_messages["invalid_choice"] = _(
            "This is no longer offered at this price. Choose again."
        )

    @property
    def chosen(self) -> Choice:
        reward, points, revision = map(int, self.cleaned_data["choice"].split("-"))
        return Choice(reward_id=reward, points=points, revision=revision)


def choices_of(catalog: Catalog) -> list[tuple[str, str]]:
    """Every reward they can have now, at each price."""
    return [
        (
            f"{item.reward.pk}-{points}-{item.reward.revision}",
            f"{item.reward.name} · {worth_text(item.reward, points)} · {points_text(points)}",
        )
        for item in catalog.now
        for points in price_of(item.reward).choices(catalog.spendable or 0, MOST_PRICES)
    ]


@with_vouchers
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def redeem_for_member(request: HttpRequest, member_id: int) -> HttpResponse:
    """Ask what they choose and have their card scanned; the voucher appears at once."""
    if not request.user.has_perm(LOOK_UP):
        raise PermissionDenied
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise Http404
    catalog = catalog_of(member, timezone.now())
    form = RedeemForm(catalog, request.POST or None, initial={"key": uuid4()})
    is_valid = form.is_valid()
    done = _done_before(form, member) if form.is_bound else None
    if done is not None:
        return _redeemed(request, done)
    if is_valid:
        try:
            made = redeem_at_counter(
                member_id=member.pk,
                choice=form.chosen,
                shown=form.cleaned_data["shown"],
                request_key=form.cleaned_data["key"],
                staff_id=colleague(request).pk,
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _redeemed(request, made)
    context = {
        **admin.site.each_context(request),
        "title": _("Redeem points"),
        "member": member,
        "spendable": points_text(catalog.spendable or 0),
        "form": form,
        "has_choice": bool(catalog.now),
    }
    return TemplateResponse(request, "loyalty_site/admin/counter_reward.html", context)


def _done_before(form: RedeemForm, member: Member) -> Redemption | None:
    """What this form did already: sent again, what it chose may be out of reach by then."""
    key = form.cleaned_data.get("key")
    made = Redemption.objects.filter(request_key=key, member=member).first() if key else None
    if made is None:
        return None
    chosen = f"{made.reward_id}-{made.points}-{made.revision}"
    return made if form.data.get("choice") == chosen else None


def _redeemed(request: HttpRequest, made: Redemption) -> HttpResponse:
    """Go on with the voucher, ready to be used; what has none is told and done."""
    messages.success(
        request,
        _("%(points)s redeemed for %(reward)s")
        % {"points": points_text(made.points), "reward": made.reward},
    )
    voucher = Voucher.objects.filter(redemption=made).select_related("reward", "member", "batch")
    found = voucher.first()
    if found is None:
        return redirect("counter_member", made.member_id)
    return voucher_page(request, found, code_of(voucher=found))
