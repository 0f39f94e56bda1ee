"""What staff may do with a member's points: adjust them, and enter a purchase by hand."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin.buttons import Question, ReasonForm, ask, found
from members.admin.of_a_member import OfAMember
from members.admin.reader import staff_of
from members.admin.source import SourceField
from members.admin.traces import Done
from members.models import Approval, Member
from points.actions.adjustment import AdjustmentReason
from points.actions.alone import used_alone
from points.actions.staff_adjustment import Adjustment, adjust_by_staff
from points.actions.staff_purchase import Slip, enter_purchase
from points.models import Account, AdjustmentLimit
from points.reports.wording import money, points_text, whole

MOST_POINTS = 1_000_000
MOST_PAID = 100_000


class AdjustmentForm(ReasonForm):
    """How many points, and why; sent twice it counts once. Only the cause enters the ledger."""

    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Above zero gives points, below zero takes them: -50 takes 50."),
    )
    cause = forms.TypedChoiceField(
        label=gettext_lazy("Cause"),
        choices=AdjustmentReason.choices,
        coerce=AdjustmentReason,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("The member reads this beside the points."),
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ["points", "cause", "reason", "request_key"]


class PurchaseForm(ReasonForm):
    """What stands on the receipt; its number counts once, whoever enters it."""

    source = SourceField(
        label=gettext_lazy("Till or shop"),
        help_text=gettext_lazy("Where receipts with such a number come from."),
    )
    store = forms.CharField(
        label=gettext_lazy("Store"),
        max_length=64,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    receipt = forms.CharField(
        label=gettext_lazy("Receipt number"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    placed_at = forms.SplitDateTimeField(
        label=gettext_lazy("Date and time on the receipt"), widget=UnfoldAdminSplitDateTimeWidget
    )
    total = forms.DecimalField(
        label=gettext_lazy("Total paid, in euros"),
        localize=True,
        min_value=0,
        max_value=MOST_PAID,
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        help_text=gettext_lazy("After discounts and including VAT, as the member paid it."),
    )
    field_order = ["receipt", "source", "store", "placed_at", "total", "reason"]


ADJUST = Question(
    title=gettext_lazy("Adjust points"),
    text="",
    submit=gettext_lazy("Adjust"),
    form=AdjustmentForm,
)
PURCHASE = Question(
    title=gettext_lazy("Enter a purchase"),
    text=gettext_lazy(
        "For a receipt that never reached us. The member gets the points this purchase would "
        "have earned at the time, no more and no less."
    ),
    submit=gettext_lazy("Enter the purchase"),
    form=PurchaseForm,
)


class PointsButtons(OfAMember):
    """The buttons of a member's page that bring or take points."""

    @action(
        description=gettext_lazy("Adjust points"),
        url_path="adjust",
        permissions=["points.adjust_points"],
        icon="exposure",
        variant=ActionVariant.PRIMARY,
    )
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            adjustment = Adjustment(
                member_id=member.pk,
                points=answers["points"],
                cause=answers["cause"],
                note=answers["reason"],
                request_key=answers["request_key"],
            )
            asked = adjust_by_staff(
                staff_id=staff_of(request).pk, adjustment=adjustment, now=timezone.now()
            )
            return told(adjustment, is_asked=asked is not None)

        question = replace(ADJUST, text=_limit_in_words(staff_of(request).pk))
        return ask(self, request, member, question, act=act, back=self.back(request, member))

    @action(
        description=gettext_lazy("Enter a purchase"),
        url_path="purchase",
        permissions=["points.enter_purchase"],
        icon="receipt_long",
    )
    def purchase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            bought = enter_purchase(
                staff_id=staff_of(request).pk,
                member_id=member.pk,
                slip=Slip(
                    source_id=answers["source"].pk,
                    receipt=answers["receipt"],
                    store=answers["store"],
                    placed_at=answers["placed_at"],
                    total=answers["total"],
                ),
                note=answers["reason"],
                now=timezone.now(),
            )
            if isinstance(bought, Approval):
                return Done(
                    _(
                        "A second person was asked about receipt %(receipt)s; nothing has changed yet"
                    )
                    % {"receipt": answers["receipt"]}
                )
            facts = {
                "receipt": bought.receipt,
                "total": money(bought.total),
                "points": points_text(bought.earned),
            }
            return Done(
                _("Receipt %(receipt)s of %(total)s entered: %(points)s") % facts,
                after={"receipt": bought.receipt, "total": str(bought.total)},
            )

        question = replace(
            PURCHASE, text=f"{PURCHASE.text} {_purchases_in_words(staff_of(request).pk)}"
        )
        return ask(self, request, member, question, act=act, back=self.back(request, member))


def told(adjustment: Adjustment, *, is_asked: bool) -> Done:
    """Say what became of an adjustment; call it in its transaction, the account still locked."""
    facts = {
        "points": points_text(adjustment.points),
        "cause": adjustment.cause.label,
    }
    gives = adjustment.points > 0
    if is_asked:
        words = (
            _("A second person was asked to give %(points)s; nothing has changed yet")
            if gives
            else _("A second person was asked to take %(points)s; nothing has changed yet")
        )
        return Done(words % facts)
    words = _("%(points)s given: %(cause)s") if gives else _("%(points)s taken: %(cause)s")
    balance = Account.objects.get(pk=adjustment.member_id).balance
    return Done(words % facts, {"balance": balance - adjustment.points}, {"balance": balance})


def _limit_in_words(staff_id: int) -> str:
    used = used_alone(staff_id=staff_id, now=timezone.now())
    return _(
        "The member sees the points and their cause at once. On your own you may give and take "
        "%(limit)s points a day, of which you have used %(used)s; above that a second person "
        "decides first."
    ) % {"limit": whole(AdjustmentLimit.current()), "used": whole(used)}


def _purchases_in_words(staff_id: int) -> str:
    used = used_alone(staff_id=staff_id, now=timezone.now())
    return _(
        "If no till reported the receipt, its points count in the %(limit)s you may give on your "
        "own in a day, of which you have used %(used)s; above that a second person decides first."
    ) % {"limit": whole(AdjustmentLimit.current()), "used": whole(used)}
