"""Giving something back at the counter: what, what it takes in points, and only then the deed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from members.admin.buttons import Question, ReasonForm, ask
from members.admin.reader import staff_of
from members.admin.traces import Done, TracedPage
from members.refusals import Refusal
from points.actions.staff_refund import (
    ENTER,
    Return,
    enter_refund,
    preview_refund_by_staff,
    undo_refund,
)
from points.events import Returned
from points.forms import EuroField
from points.models import Account, Purchase, Refund
from points.reports.left import Left, left_of
from points.reports.posted import PostedRefund
from points.reports.wording import decimal, money, points_text, whole

NOTHING = Decimal(0)


def amount_box() -> UnfoldAdminTextInputWidget:
    """An input for money or pieces, as people write them."""
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "decimal"})


class PiecesField(forms.DecimalField):
    """How much of a line: whole pieces, or a weight with three decimals."""

    def __init__(self, left: Decimal) -> None:
        super().__init__(
            required=False,
            localize=True,
            min_value=0,
            max_digits=12,
            decimal_places=3,
            initial=decimal(left),
            widget=amount_box(),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the receipt on the form."""

    left: Left
    chosen: forms.BoundField
    pieces: forms.BoundField
    amount: forms.BoundField

    @property
    def errors(self) -> list[str]:
        return [*self.pieces.errors, *self.amount.errors]


class ReturnForm(ReasonForm):
    """What comes back: chosen lines, and what is not said of lines."""

    refunded_at = forms.SplitDateTimeField(
        label=gettext_lazy("Date and time of the return"),
        initial=timezone.now,
        widget=UnfoldAdminSplitDateTimeWidget,
    )
    other = EuroField(label=gettext_lazy("Amount given back"), required=False, widget=amount_box())
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    shown = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ["other", "refunded_at", "reason", "request_key", "shown"]

    def __init__(self, lines: Sequence[Left], data: Any = None) -> None:  # noqa: ANN401
        super().__init__(data)
        self.lines = lines
        if lines:
            self.fields["other"].label = _("Given back beside these lines")
        for left in lines:
            self.fields[f"chosen_{left.line}"] = forms.BooleanField(
                required=False, label=left.name, widget=UnfoldBooleanWidget
            )
            self.fields[f"pieces_{left.line}"] = PiecesField(left.quantity)
            self.fields[f"amount_{left.line}"] = EuroField(
                required=False,
                initial=number_format(left.amount, decimal_pos=2),
                widget=amount_box(),
            )

    @property
    def rows(self) -> Iterator[Row]:
        for left in self.lines:
            yield Row(
                left,
                self[f"chosen_{left.line}"],
                self[f"pieces_{left.line}"],
                self[f"amount_{left.line}"],
            )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        answers["lines"] = tuple(
            self._returned(left, answers)
            for left in self.lines
            if answers.get(f"chosen_{left.line}")
        )
        of_lines = sum((part.amount for part in answers["lines"]), NOTHING)
        answers["total"] = of_lines + (answers.get("other") or NOTHING)
        if answers["total"] <= NOTHING and not self.errors:
            self.add_error(None, _("Say what is given back: choose lines, or write an amount."))
        return answers

    def _returned(self, left: Left, answers: dict[str, Any]) -> Returned:
        pieces = answers.get(f"pieces_{left.line}") or NOTHING
        amount = answers.get(f"amount_{left.line}") or NOTHING
        if pieces > left.quantity:
            self.add_error(
                f"pieces_{left.line}", _("At most %(left)s.") % {"left": decimal(left.quantity)}
            )
        if amount > left.amount:
            self.add_error(
                f"amount_{left.line}", _("At most %(left)s.") % {"left": money(left.amount)}
            )
        return Returned(left.line, pieces, amount)


def return_page(page: TracedPage, request: HttpRequest, purchase: Purchase) -> HttpResponse:
    """Ask what comes back, show what it takes, and enter it once that was seen."""
    back = reverse("admin:points_purchase_change", args=[purchase.pk])
    form = ReturnForm(left_of(purchase), request.POST or None)
    told: PostedRefund | None = None
    if request.method == "POST" and form.is_valid():
        try:
            told = _look_or_enter(page, request, purchase, form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if "enter" in request.POST:
                messages.success(request, _words(purchase, told))
                return redirect(back)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": purchase,
        "title": _("Something comes back"),
        "form": form,
        "left": money(max(NOTHING, purchase.total - purchase.refunded)),
        "told": told,
        "balance": _balances(purchase, told) if told else None,
        "back": back,
    }
    return TemplateResponse(request, "points/admin/return.html", context)


def _look_or_enter(
    page: TracedPage, request: HttpRequest, purchase: Purchase, form: ReturnForm
) -> PostedRefund:
    answers = form.cleaned_data
    staff_id = staff_of(request).pk
    asked = Return(
        purchase_id=purchase.pk,
        request_key=answers["request_key"],
        refunded_at=answers["refunded_at"],
        total=answers["total"],
        lines=answers["lines"],
    )
    if "enter" not in request.POST:
        return preview_refund_by_staff(staff_id=staff_id, asked=asked, now=timezone.now())
    shown = answers["shown"]
    with transaction.atomic():
        told = enter_refund(staff_id=staff_id, asked=asked, shown=shown, now=timezone.now())
        done = Done(
            _words(purchase, told), after={"refund": told.refund, "total": str(asked.total)}
        )
        page.record(request, purchase, done, answers["reason"])
    return told


def _words(purchase: Purchase, told: PostedRefund) -> str:
    return _("Return on receipt %(receipt)s entered: %(points)s taken back") % {
        "receipt": purchase.receipt,
        "points": points_text(told.points),
    }


def _balances(purchase: Purchase, told: PostedRefund) -> dict[str, str]:
    balance = Account.objects.get(pk=purchase.member_id).balance
    return {"now": whole(balance), "then": whole(balance + told.points)}


class UndoForm(ReasonForm):
    """Why a return was entered by mistake; sent twice it counts once."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


UNDO = Question(
    title=gettext_lazy("Undo this return"),
    text=gettext_lazy(
        "For a return that was entered by mistake. The points it took go back where they came "
        "from, with the dates they had; those past their last day expire at once."
    ),
    submit=gettext_lazy("Undo the return"),
    form=UndoForm,
)


def undo_page(
    page: TracedPage, request: HttpRequest, purchase: Purchase, refund_id: int
) -> HttpResponse:
    """Ask why a return is undone, and undo it."""
    if not request.user.has_perm(ENTER):
        raise PermissionDenied
    refund = get_object_or_404(Refund, pk=refund_id, purchase=purchase)

    def act(answers: dict[str, Any]) -> Done:
        undo_refund(
            staff_id=staff_of(request).pk,
            refund_id=refund.pk,
            request_key=answers["request_key"],
            now=timezone.now(),
        )
        words = _("Return of %(total)s on receipt %(receipt)s undone")
        return Done(words % {"total": money(refund.total), "receipt": purchase.receipt})

    back = reverse("admin:points_purchase_change", args=[purchase.pk])
    return ask(page, request, purchase, UNDO, act=act, back=back)
