"""Vouchers: seen and found, never touched but by withdrawing; no code stands in full."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from members.admin.buttons import Question, ask, found, question_page
from members.admin.pages import ReadOnlyPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Member, StaffAct
from members.refusals import Refusal
from points.reports.wording import money
from rewards.actions.counter import look_up_code
from rewards.actions.voiding import CannotBeVoided, void_voucher
from rewards.models import Voucher
from rewards.models.voucher import VoucherQuerySet
from rewards.reports.voucher_history import history_in_words
from rewards.reports.voucher_words import figure, last_valid_day, rules, title, worth

SEE_MEMBERS = "members.view_member"
MOST_MEMBERS = 20
COLORS = {
    Voucher.State.ISSUED: "success",
    Voucher.State.EARLY: "info",
    Voucher.State.RESERVED: "warning",
    Voucher.State.REDEEMED: "info",
    Voucher.State.EXPIRED: "danger",
    Voucher.State.VOID: "danger",
}
WITHDRAW = Question(
    title=gettext_lazy("Withdraw this voucher"),
    text=gettext_lazy(
        "It can no longer be used. If it was bought with points, they come back; of a gift card "
        "in proportion to what is left on it."
    ),
    submit=gettext_lazy("Withdraw"),
    is_final=True,
)


class CodeForm(forms.Form):
    """A code, sent in the body: it stands in no address and no log."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "autofocus": True}),
        help_text=gettext_lazy("Scan it, or type it as it stands on the voucher."),
    )


FIND = Question(
    title=gettext_lazy("Find a code"),
    text=gettext_lazy("Codes are kept sealed, so that a whole code alone finds its voucher."),
    submit=gettext_lazy("Find"),
    form=CodeForm,
)


class Standing(DropdownFilter):
    """How a voucher stands; it follows from facts and from the moment."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("open", _("can be used, now or later")),
            (Voucher.State.REDEEMED, _("used")),
            (Voucher.State.EXPIRED, _("expired")),
            (Voucher.State.VOID, _("withdrawn")),
        ]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Voucher],
    ) -> QuerySet[Voucher]:
        now = timezone.now()
        vouchers = cast("VoucherQuerySet", queryset)
        match self.value():
            case "open":
                return vouchers.to_come(now)
            case Voucher.State.REDEEMED:
                return vouchers.used_up()
            case Voucher.State.EXPIRED:
                return vouchers.run_out(now)
            case Voucher.State.VOID:
                return vouchers.withdrawn()
            case _:
                return vouchers


FIELDS = [
    ("what", "stands"),
    ("worth_in_words", "left_on_it"),
    ("whose", "ends_in"),
    ("begins", "until"),
    ("rules_in_words", "vat"),
]


@admin.register(Voucher)
class VoucherPage(ReadOnlyPage):
    """Who has what, how it stands, and all that happened to it."""

    list_display = ["ends_in", "what", "whose", "state_label", "issued", "until"]
    list_display_links = ["ends_in", "what"]
    list_filter = [
        Standing,
        ("gives", ChoicesDropdownFilter),
        ("batch", RelatedDropdownFilter),
    ]
    list_filter_submit = True
    search_fields = ["member__name"]
    search_help_text = gettext_lazy(
        "A member: the beginning of a name, an e-mail address, a card or #number"
    )
    ordering = ["-id"]
    nothing_yet = gettext_lazy("Vouchers appear here when members redeem points.")
    readonly_fields = [
        "what",
        "stands",
        "worth_in_words",
        "left_on_it",
        "whose",
        "batch_name",
        "ends_in",
        "rules_in_words",
        "begins",
        "until",
    ]
    change_form_outer_after_template = "rewards/admin/_history.html"
    actions_list = ["find_code"]
    actions_detail = ["withdraw"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voucher]:
        """Bring along what each row names; the manager's own choice would keep a list's out."""
        rows: QuerySet[Voucher] = super().get_queryset(request)
        return rows.select_related("member", "reward", "batch")

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return [_for(request, name) for name in self.list_display]

    def get_fieldsets(
        self,
        request: HttpRequest,
        obj: Voucher | None = None,
    ) -> list[Any]:
        rows = [tuple(_for(request, name) for name in row) for row in FIELDS]
        why = ["void_reason"] if obj is not None and obj.void_reason else []
        return [(None, {"fields": [*rows, *why]})]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Who may not open members does not find out either which of them have vouchers."""
        return self.search_fields if request.user.has_perm(SEE_MEMBERS) else []

    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[Voucher],
        search_term: str,
    ) -> tuple[QuerySet[Voucher], bool]:
        text = search_term.strip() if self.get_search_fields(request) else ""
        return (queryset.filter(member__in=_members(text)) if text else queryset), False

    def record(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Model,
        done: Done | str,  # noqa: ARG002
        reason: str = "",  # noqa: ARG002
    ) -> StaffAct:
        """Withdrawing leaves its row itself, with the member and the points that came back."""
        return StaffAct.objects.on(obj).latest("id")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what happened to it below what it is."""
        context = dict(extra_context or {})
        voucher = self.get_object(request, object_id)
        if isinstance(voucher, Voucher) and self.has_view_permission(request, voucher):
            context["happened"] = history_in_words(voucher)
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer to withdraw what can still be used."""
        voucher = self.get_object(request, str(object_id))
        is_open = isinstance(voucher, Voucher) and voucher.state(timezone.now()) in Voucher.OPEN
        return super().get_actions_detail(request, object_id) if is_open else []

    @action(
        description=gettext_lazy("Find a code"),
        url_path="find",
        permissions=["find_code"],
        icon="barcode_reader",
        variant=ActionVariant.PRIMARY,
    )
    def find_code(self, request: HttpRequest) -> HttpResponse:
        return _find(request, self)

    def has_find_code_permission(self, request: HttpRequest) -> bool:
        """Who sees vouchers may look one up."""
        return bool(self.has_view_permission(request))

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=["rewards.void_voucher"],
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        voucher = found(self, Voucher, request, object_id)

        def act(answers: dict[str, Any]) -> str:
            if voucher.is_withdrawn:
                raise CannotBeVoided(_("This was withdrawn already."))
            void_voucher(
                voucher_id=voucher.pk,
                staff_id=staff_of(request).pk,
                reason=answers["reason"],
                now=timezone.now(),
            )
            return _("The voucher that ends in %(tail)s was withdrawn") % {"tail": voucher.tail}

        back = reverse("admin:rewards_voucher_change", args=[voucher.pk])
        return ask(self, request, voucher, WITHDRAW, act=act, back=back)

    @display(description=gettext_lazy("ends in"))
    def ends_in(self, voucher: Voucher) -> str:
        return format_html('<span class="staff-code">…\u00a0{}</span>', voucher.tail)

    @display(description=gettext_lazy("voucher"))
    def what(self, voucher: Voucher) -> str:
        return title(voucher)

    @display(description=gettext_lazy("worth"))
    def worth_in_words(self, voucher: Voucher) -> str:
        return figure(voucher) or worth(voucher)

    @display(description=gettext_lazy("left on it"))
    def left_on_it(self, voucher: Voucher) -> str:
        return money(voucher.left) if voucher.is_gift_card else "–"

    @display(description=gettext_lazy("rules"))
    def rules_in_words(self, voucher: Voucher) -> str:
        return rules(voucher)

    @display(description=gettext_lazy("member"))
    def whose(self, voucher: Voucher) -> str:
        if voucher.member is not None:
            url = reverse("admin:members_member_change", args=[voucher.member_id])
            return format_html('<a class="staff-link" href="{}">{}</a>', url, voucher.member)
        return str(self.batch_name(voucher))

    @display(description=gettext_lazy("batch"))
    def batch_name(self, voucher: Voucher) -> str:
        return str(voucher.batch) if voucher.batch is not None else "–"

    @display(description=gettext_lazy("issued at"))
    def issued(self, voucher: Voucher) -> str:
        return _short(timezone.localdate(voucher.issued_at))

    @display(description=gettext_lazy("valid from"))
    def begins(self, voucher: Voucher) -> str:
        return _short(timezone.localdate(voucher.valid_from))

    @display(description=gettext_lazy("last day"))
    def until(self, voucher: Voucher) -> str:
        last = last_valid_day(voucher)
        return _short(last) if last is not None else "–"

    @display(description=gettext_lazy("state"))
    def stands(self, voucher: Voucher) -> str:
        return str(Voucher.State(voucher.state(timezone.now())).label)

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, voucher: Voucher) -> tuple[str, str]:
        state = Voucher.State(voucher.state(timezone.now()))
        return state, str(state.label)


def _for(request: HttpRequest, name: str) -> str:
    """Whose it is shows to who may open members; others see where it comes from."""
    if name == "whose" and not request.user.has_perm(SEE_MEMBERS):
        return "batch_name"
    return name


def _short(day: date) -> str:
    return format_html(
        '<span class="staff-number">{}</span>', date_format(day, "SHORT_DATE_FORMAT")
    )


def _members(text: str) -> list[int]:
    number = text.removeprefix("#")
    if number != text:
        return [int(number)] if number.isdecimal() and len(number) <= 12 else []
    return list(Member.objects.matching(text).values_list("pk", flat=True)[:MOST_MEMBERS])


@sensitive_post_parameters("code")
def _find(request: HttpRequest, page: VoucherPage) -> HttpResponse:
    """Lead from a whole code to its voucher; one that is unknown counts as a wrong try."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            voucher = look_up_code(
                code=form.cleaned_data["code"], staff_id=staff_of(request).pk, now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            if voucher is not None:
                return redirect("admin:rewards_voucher_change", voucher.pk)
            form.add_error("code", _("No voucher has this code. Type it once more."))
    back = reverse("admin:rewards_voucher_changelist")
    return question_page(page, request, FIND, form, back=back)
