"""A voucher at the counter: what it is worth, used on an order in one step, undone within an hour."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty_site.admin.counter_desk import LONGEST, LOOK_UP, with_vouchers
from members.admin.requests import colleague
from members.models import Card
from members.refusals import Refusal
from points.reports.wording import money
from rewards.actions.counter import (
    can_be_undone,
    look_up_code,
    undo_at_counter,
    use_at_counter,
)
from rewards.models import Capture, Voucher
from rewards.models.reward import Gives
from rewards.order_rules import Line, Order
from rewards.reports.validation import Asker, Validated, validated
from rewards.reports.validation_words import reason_text
from rewards.reports.voucher_words import rules
from rewards.reports.vouchers import ticket

MOST = 100_000
WITHOUT_ORDER = (Gives.PERK, Gives.EXPERIENCE)
COLORS = {"issued": "success", "reserved": "warning", "early": "warning"}


def _euros(
    label: StrOrPromise, help_text: StrOrPromise = "", *, is_first: bool = False
) -> forms.DecimalField:
    attrs = {"autocomplete": "off", "inputmode": "decimal"} | (
        {"data-counter-first": True} if is_first else {}
    )
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        localize=True,
        min_value=Decimal("0.01"),
        max_value=MOST,
        max_digits=9,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(attrs=attrs),
    )


def _typed(label: StrOrPromise, most: int, help_text: StrOrPromise = "") -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, required=False, widget=widget
    )


class UseForm(forms.Form):
    """The order a voucher is used on; what this voucher has no need of is not asked."""

    total = _euros(
        gettext_lazy("Total of the order, in euros"),
        gettext_lazy("Before this voucher."),
        is_first=True,
    )
    price = _euros(gettext_lazy("Price of the product, in euros"))
    amount = _euros(
        gettext_lazy("Take no more than, in euros"),
        gettext_lazy("Leave it open to take as much as the order and the card allow."),
    )
    card = _typed(gettext_lazy("The member's card"), 20, gettext_lazy("Scan it."))
    order = _typed(gettext_lazy("Receipt number"), 64)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, voucher: Voucher, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_limited = voucher.batch is not None and voucher.batch.per_member is not None
        needs = {
            "price": voucher.gives == Gives.PRODUCT,
            "amount": voucher.is_gift_card,
            "card": is_limited,
        }
        for name, is_needed in needs.items():
            if not is_needed:
                del self.fields[name]
        self.fields["total"].required = (
            voucher.gives not in WITHOUT_ORDER or voucher.least_order > 0
        )
        if "amount" in self.fields:
            self.fields["amount"].required = False

    def clean_card(self) -> int | None:
        number = "".join(self.cleaned_data["card"].split())
        if not number:
            return None
        card = Card.objects.active().filter(number=number).first()
        if card is None:
            raise forms.ValidationError(_("No working card has this number. Scan it again."))
        return card.member_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed about an order, read."""

    order: Order
    amount: Decimal | None
    member_id: int | None
    key: str


@with_vouchers
@never_cache
@require_POST
def voucher_at_counter(request: HttpRequest) -> HttpResponse:
    """Take what was typed about an order: say what comes off, and once agreed, take it off."""
    code = request.POST.get("code", "")[:LONGEST]
    now = timezone.now()
    try:
        voucher = look_up_code(code=code, staff_id=colleague(request).pk, now=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("counter")
    if voucher is None:
        return redirect("counter")
    form = UseForm(voucher, request.POST)
    if not form.is_valid():
        return voucher_page(request, voucher, code, form)
    asked = _asked(voucher, form.cleaned_data)
    if "agreed" in request.POST:
        return _used(request, voucher, code, asked)
    answer = _answer(voucher, asked, now)
    if not answer.told.is_valid:
        form.add_error(None, " ".join(reason_text(reason) for reason in answer.told.reasons))
        return voucher_page(request, voucher, code, form)
    return voucher_page(request, voucher, code, form, off=_off(asked, answer))


def voucher_page(
    request: HttpRequest,
    voucher: Voucher,
    code: str,
    form: UseForm | None = None,
    *,
    off: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a voucher whose code was just typed; `off` is what waits to be agreed to."""
    now = timezone.now()
    shown = ticket(voucher, now)
    if form is None and shown.is_open:
        form = UseForm(voucher, initial={"key": uuid4()})
    owner = voucher.member if request.user.has_perm(LOOK_UP) else None
    context = {
        **admin.site.each_context(request),
        "title": shown.title,
        "ticket": shown,
        "voucher": voucher,
        "color": COLORS.get(shown.state, "danger"),
        "rules": rules(voucher),
        "left": money(voucher.left),
        "owner": owner,
        "code": code,
        "form": form if shown.is_open else None,
        "off": off,
        "latest": _latest(voucher, now),
    }
    return TemplateResponse(request, "loyalty_site/admin/counter_voucher.html", context)


@with_vouchers
@never_cache
@require_safe
def used_at_counter(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Tell what was taken off, with the way to undo it."""
    capture = _capture(reference)
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": pgettext("voucher", "Used"),
        "capture": capture,
        "ticket": ticket(capture.voucher, now),
        "voucher": capture.voucher,
        "amount": money(capture.amount),
        "to_pay": money(max(Decimal(0), capture.reservation.total - capture.amount)),
        "left": money(capture.voucher.left),
        "can_undo": not capture.is_undone and can_be_undone(capture=capture, now=now),
    }
    return TemplateResponse(request, "loyalty_site/admin/counter_used.html", context)


@with_vouchers
@require_POST
def undo_used(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Undo a use at the counter."""
    capture = _capture(reference)
    try:
        undo_at_counter(capture_id=capture.pk, staff_id=colleague(request).pk, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Undone: nothing was taken off the order."))
    return redirect("counter_used", reference)


def _used(request: HttpRequest, voucher: Voucher, code: str, asked: Asked) -> HttpResponse:
    try:
        capture = use_at_counter(
            code=code,
            order=asked.order,
            amount=asked.amount,
            member_id=asked.member_id,
            key=asked.key,
            staff_id=colleague(request).pk,
            now=timezone.now(),
        )
    except Refusal as refusal:
        voucher.refresh_from_db()
        fresh = UseForm(voucher, {**request.POST.dict(), "key": str(uuid4())})
        fresh.is_valid()
        fresh.add_error(None, str(refusal))
        return voucher_page(request, voucher, code, fresh)
    return redirect("counter_used", capture.reference)


def _asked(voucher: Voucher, answers: dict[str, Any]) -> Asked:
    price = answers.get("price")
    lines = (Line(product=voucher.product, amount=price),) if price is not None else ()
    order = Order(
        total=answers["total"] or Decimal(0),
        lines=lines,
        reference=answers["order"].replace("\x00", "").strip(),
    )
    return Asked(order, answers.get("amount"), answers.get("card"), str(answers["key"]))


def _answer(voucher: Voucher, asked: Asked, now: datetime) -> Validated:
    asker = Asker(member_id=asked.member_id)
    (answer,) = validated(vouchers=[voucher], order=asked.order, asker=asker, now=now)
    return answer


def _off(asked: Asked, answer: Validated) -> dict[str, Any]:
    """Write what comes off and what is left to pay; a service comes off nothing."""
    amount = answer.told.amount
    if asked.amount is not None:
        amount = min(amount, asked.amount)
    return {
        "amount": money(amount) if amount else "",
        "to_pay": money(asked.order.total - amount),
        "lost": money(answer.told.lost) if answer.told.lost else "",
    }


def _latest(voucher: Voucher, now: datetime) -> Capture | None:
    """What may still be undone: the last use, if it was just now."""
    last = Capture.objects.filter(voucher=voucher, is_undone=False).select_related("reservation")
    found = last.order_by("-id").first()
    return found if found is not None and can_be_undone(capture=found, now=now) else None


def _capture(reference: UUID) -> Capture:
    rows = Capture.objects.select_related("reservation", "voucher__reward", "voucher__member")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise Http404
    return found
