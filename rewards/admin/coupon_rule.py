"""Coupons on the receipt: which receipts bring one, what it says, how many were printed and used."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from members.admin.buttons import Question, ask, found
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Tier
from members.refusals import Refusal
from points.reports.wording import money, whole
from rewards.actions.coupon_rules import NewCouponRule, start_coupon_rule, stop_coupon_rule
from rewards.admin.worth_form import WHEN, WorthForm, euros, words
from rewards.models import CouponRule
from rewards.models.reward import Gives
from rewards.reports.batch_words import first_day, last_day, use_of, worth_words

COLORS = {"live": "success", "to_come": "info", "over": "info", "stopped": "danger"}
STOP = Question(
    title=gettext_lazy("Print no more of these coupons"),
    text=gettext_lazy(
        "Receipts bring no more of them from now on. Those that were printed stay good; to make "
        "them worthless too, withdraw their batch."
    ),
    submit=gettext_lazy("Stop"),
    is_final=True,
)


class CouponRuleForm(WorthForm):
    """When a receipt brings a coupon, what that says and what it is worth."""

    offered = (Gives.DISCOUNT, Gives.PERCENTAGE, Gives.PRODUCT, Gives.PERK)
    groups = (
        (
            gettext_lazy("Which receipts bring one"),
            ("name", "least_total", "tier", "stores", "per_member", *WHEN),
        ),
        (gettext_lazy("What it says"), ("lines_nl", "lines_en", "valid_days", "ean")),
        (gettext_lazy("What it is worth"), WorthForm.WORTH),
        (gettext_lazy("For finance"), WorthForm.FINANCE),
    )
    least_total = euros(label=gettext_lazy("For purchases from, in euros"))
    tier = forms.ModelChoiceField(
        label=gettext_lazy("From tier"),
        queryset=Tier.objects.order_by("rank"),
        required=False,
        empty_label=gettext_lazy("every member"),
        widget=UnfoldAdminSelectWidget,
    )
    stores = words(
        label=gettext_lazy("Only in these stores"),
        required=False,
        max_length=600,
        help_text=gettext_lazy("As tills name them, with commas between. Empty: everywhere."),
    )
    per_member = forms.IntegerField(
        label=gettext_lazy("At most per member"),
        min_value=1,
        max_value=1_000,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    lines_nl = forms.CharField(
        label=gettext_lazy("Text in Dutch"),
        max_length=400,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("A line here is a line of print; a receipt is some 40 wide."),
    )
    lines_en = forms.CharField(
        label=gettext_lazy("Text in English"),
        max_length=400,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("Valid for, in days"),
        min_value=1,
        max_value=366,
        initial=28,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    ean = words(
        label=gettext_lazy("Your own EAN-13"),
        required=False,
        max_length=13,
        help_text=gettext_lazy(
            "Only for tills that read nothing else: they then see your number, not the code."
        ),
    )

    def rule(self) -> NewCouponRule:
        answers, (from_at, until_at) = self.cleaned_data, self.window()
        tier = answers["tier"]
        return NewCouponRule(
            name=answers["name"],
            least_total=answers["least_total"],
            from_at=from_at,
            until_at=until_at,
            valid_days=answers["valid_days"],
            lines_nl=answers["lines_nl"],
            lines_en=answers["lines_en"],
            stores=tuple(name for part in answers["stores"].split(",") if (name := part.strip())),
            tier=tier.pk if tier else 0,
            per_member=answers["per_member"],
            ean=answers["ean"],
        )


@admin.register(CouponRule)
class CouponRulePage(StaffPage):
    """What is printed already cannot be called back, so a rule is made and stopped, never changed."""

    list_display = ["name", "worth", "from_total", "begins", "ends", "state_label"]
    list_select_related = ["batch", "tier"]
    search_fields = ["name__istartswith"]
    search_help_text = gettext_lazy("The beginning of a name")
    ordering = ["-id"]
    nothing_yet = gettext_lazy(
        "A coupon on the receipt brings people back: say for which purchases a till prints one, "
        "and what it is worth."
    )
    actions_detail = ["stop"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:  # noqa: ARG002
        # An address, not a button of the theme: the page has its own.
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponRule]:
        rows = super().get_queryset(request).select_related("batch", "tier", "made_by")
        return cast("QuerySet[CouponRule]", rows)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CouponRuleForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                rule = self._kept(request, form)
            except Refusal as refusal:
                form.refused(refusal)
            else:
                return redirect("admin:rewards_couponrule_change", rule.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("A new coupon on the receipt"),
            "form": form,
            "verb": _("Make it"),
            "back": reverse("admin:rewards_couponrule_changelist"),
        }
        return TemplateResponse(request, "rewards/admin/make.html", context)

    @transaction.atomic
    def _kept(self, request: HttpRequest, form: CouponRuleForm) -> CouponRule:
        key = form.cleaned_data["request_key"]
        known = CouponRule.objects.filter(batch__request_key=key).exists()
        rule = start_coupon_rule(
            rule=form.rule(),
            worth=form.worth(),
            request_key=key,
            staff_id=staff_of(request).pk,
            now=timezone.now(),
        )
        if not known:
            after = {"name": rule.name, "worth": worth_words(rule.batch)}
            self.record(request, rule, Done(_("Made %(rule)s") % {"rule": rule}, {}, after))
        return rule

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a rule and what came of it."""
        rule = self.get_object(request, object_id)
        if rule is None or request.method != "GET" or not self.has_view_permission(request):
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return answer
        use = use_of(rule.batch, timezone.now())
        state, state_words = self.state_label(rule)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": rule,
            "title": rule.name,
            "rule": rule,
            "facts": _facts(rule),
            "state": state_words,
            "color": COLORS[state],
            "use": {
                "issued": whole(use.issued),
                "used": whole(use.used),
                "taken_off": money(use.taken_off),
                "cost": money(use.cost),
            },
            "may_stop": request.user.has_perm("rewards.change_couponrule")
            and state in {"live", "to_come"},
            "sees_batch": request.user.has_perm("rewards.view_batch"),
        }
        return TemplateResponse(request, "rewards/admin/coupon_rule.html", context)

    @action(
        description=gettext_lazy("Stop"),
        url_path="stop",
        permissions=["rewards.change_couponrule"],
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = found(self, CouponRule, request, object_id)

        def act(_answers: dict[str, Any]) -> Done:
            stop_coupon_rule(rule_id=rule.pk, staff_id=staff_of(request).pk, now=timezone.now())
            return Done(_("Stopped %(rule)s") % {"rule": rule})

        back = reverse("admin:rewards_couponrule_change", args=[rule.pk])
        return ask(self, request, rule, STOP, act=act, back=back)

    @display(description=gettext_lazy("worth"))
    def worth(self, rule: CouponRule) -> str:
        return worth_words(rule.batch)

    @display(description=gettext_lazy("for purchases from"))
    def from_total(self, rule: CouponRule) -> str:
        return money(rule.least_total)

    @display(description=gettext_lazy("first day"))
    def begins(self, rule: CouponRule) -> str:
        return first_day(rule.from_at)

    @display(description=gettext_lazy("last day"))
    def ends(self, rule: CouponRule) -> str:
        return last_day(rule.until_at)

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, rule: CouponRule) -> tuple[str, str]:
        now = timezone.now()
        if rule.stopped_at is not None or rule.batch.stopped_at is not None:
            return "stopped", _("stopped")
        if rule.until_at <= now:
            return "over", _("over")
        if rule.from_at > now:
            return "to_come", _("to come")
        return "live", _("in force")


def _facts(rule: CouponRule) -> list[tuple[str, str]]:
    return [
        (_("For purchases from"), money(rule.least_total)),
        (_("From tier"), str(rule.tier) if rule.tier_id else _("every member")),
        (_("Stores"), ", ".join(rule.stores) or _("everywhere")),
        (_("At most per member"), whole(rule.per_member)),
        (_("What it is worth"), worth_words(rule.batch)),
        (_("Printed from"), first_day(rule.from_at)),
        (_("Printed until"), last_day(rule.until_at)),
        (_("Valid for, in days"), whole(rule.valid_days)),
        (_("Your own EAN-13"), rule.ean or "–"),
    ]
