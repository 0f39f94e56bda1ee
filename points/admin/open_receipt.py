"""Receipts without a card: looked up by number, and put on an account by button."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from members.admin.buttons import Question, ReasonForm, ask, found
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.lookup import read
from members.models import Member
from points.actions.receipts import book_receipt
from points.admin.purchase import Rows
from points.admin.store_scope import PageOfStores
from points.models import OpenReceipt, OpenRefund
from points.reports.wording import money, points_text

MOST_DIGITS = 12


class BookForm(ReasonForm):
    """Whose receipt it is, and why we think so."""

    member = forms.CharField(
        label=gettext_lazy("Member"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("A card number, an e-mail address, or # and the member's number."),
    )
    field_order = ["member", "reason"]

    def clean_member(self) -> Member:
        member = member_called(self.cleaned_data["member"])
        if member is None:
            raise forms.ValidationError(_("Nobody has this card, address or number."))
        return member


def member_called(text: str) -> Member | None:
    """Find the one member with this card, this address or, after a #, this number."""
    number = text.strip().removeprefix("#")
    if number != text.strip():
        is_number = number.isdecimal() and len(number) <= MOST_DIGITS
        return Member.objects.filter(pk=int(number)).first() if is_number else None
    told = read(text, today=timezone.localdate())
    if told.card:
        return Member.objects.filter(cards__number=told.card).first()
    return Member.objects.filter(email=told.email).first() if told.email else None


BOOK = Question(
    title=gettext_lazy("Put this receipt on an account"),
    text=gettext_lazy(
        "The member gets the points that this purchase would have earned with a card, by the "
        "rules and the tier of its own day. What was given back for it is taken off."
    ),
    submit=gettext_lazy("Give the points"),
    form=BookForm,
    is_final=True,
)


class Claimed(DropdownFilter):
    """Those that wait, or those that somebody has."""

    title = gettext_lazy("claimed by")
    parameter_name = "claimed"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("no", _("nobody yet")), ("yes", _("a member"))]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[OpenReceipt],
    ) -> QuerySet[OpenReceipt]:
        match self.value():
            case "no":
                return queryset.filter(claimed_at__isnull=True)
            case "yes":
                return queryset.filter(claimed_at__isnull=False)
            case _:
                return queryset


class RefundRows(Rows):
    model = OpenRefund
    fields = ["key", "refunded_at", "total"]
    ordering = ["-refunded_at", "-id"]


@admin.register(OpenReceipt)
class OpenReceiptPage(PageOfStores):
    """What tills reported without a card in the last month."""

    list_display = ["placed_at", "receipt", "store", "paid", "whose"]
    list_display_links = ["placed_at", "receipt"]
    list_select_related = ["claimed_by__member"]
    list_filter = [Claimed]
    list_filter_submit = True
    search_fields = ["receipt"]
    search_help_text = gettext_lazy("The whole number of a receipt")
    ordering = ["-placed_at", "-id"]
    fieldsets = [
        (None, {"fields": [("receipt", "placed_at"), ("paid", "whose"), "claimed_at"]}),
        (
            gettext_lazy("Where it comes from"),
            {"fields": [("source_name", "store"), ("till", "cashier"), ("channel", "recorded_at")]},
        ),
    ]
    readonly_fields = ["paid", "whose", "source_name"]
    actions_detail = ["book"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[OpenReceipt],
        search_term: str,
    ) -> tuple[QuerySet[OpenReceipt], bool]:
        number = search_term.replace("\x00", "").strip()
        return (queryset.filter(receipt=number) if number else queryset), False

    def get_inlines(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: OpenReceipt | None,
    ) -> list[type[TabularInline]]:
        """Show what was given back, if anything was."""
        return [RefundRows] if obj is not None and obj.refunds.exists() else []

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer the button while nobody has the receipt."""
        receipt = self.get_object(request, str(object_id))
        is_free = isinstance(receipt, OpenReceipt) and receipt.claimed_by_id is None
        return super().get_actions_detail(request, object_id) if is_free else []

    @display(description=gettext_lazy("total"))
    def paid(self, receipt: OpenReceipt) -> str:
        return money(receipt.total)

    @display(description=gettext_lazy("claimed by"))
    def whose(self, receipt: OpenReceipt) -> str:
        if receipt.claimed_by is None:
            return _("nobody yet")
        name = str(receipt.claimed_by.member)
        if not getattr(receipt, "leads_to_member", False):
            return name
        url = reverse("admin:members_member_change", args=[receipt.claimed_by_id])
        return format_html('<a class="staff-link" href="{}">{}</a>', url, name)

    @action(
        description=gettext_lazy("Put on an account"),
        url_path="book",
        permissions=["points.enter_purchase"],
        icon="person_add",
        variant=ActionVariant.PRIMARY,
    )
    def book(self, request: HttpRequest, object_id: str) -> HttpResponse:
        receipt = found(self, OpenReceipt, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            member: Member = answers["member"]
            purchase = book_receipt(
                staff_id=staff_of(request).pk,
                receipt_id=receipt.pk,
                member_id=member.pk,
                now=timezone.now(),
            )
            receipt.refresh_from_db()
            facts = {"receipt": receipt.receipt, "points": points_text(purchase.earned)}
            return Done(
                _("Receipt %(receipt)s put on an account: %(points)s") % facts,
                before={"claimed_by": None},
                after={"claimed_by": member.pk},
            )

        back = reverse("admin:points_openreceipt_change", args=[receipt.pk])
        return ask(self, request, receipt, BOOK, act=act, back=back)
