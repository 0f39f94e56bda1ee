"""Approvals: what a colleague asks, shown in full, and decided by a second person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.actions.scheduling import approve_mailing
from campaigns.admin.campaign_request import (
    mailing_facts,
    mailing_hindrance,
    mailing_sentence,
)
from members.actions.approval import refuse_request, whom_it_is_about, withdraw_request
from members.actions.entitlement import is_own_account
from members.admin.buttons import Question, ask, found
from members.admin.pages import ReadOnlyPage
from members.admin.reader import staff_of
from members.admin.staff_act import OfStaff
from members.admin.traces import Done
from members.models import Approval, Source, User
from members.refusals import Refusal
from points.actions.adjustment import AdjustmentReason
from points.actions.publication_requests import approve_publication
from points.actions.staff_adjustment import Adjustment, approve_adjustment
from points.actions.staff_purchase import AskedPurchase, approve_purchase
from points.admin.publication_request import publication_facts, publication_hindrance
from points.reports.statement import Situation, situation
from points.reports.wording import money, points_text, signed, whole
from rewards.actions.exports import approve_export
from rewards.admin.export_request import codes_facts, codes_hindrance, codes_sentence

EXPIRED = "expired"
COLORS = {
    Approval.State.WAITING: "warning",
    Approval.State.APPROVED: "success",
    Approval.State.REFUSED: "danger",
    Approval.State.WITHDRAWN: "info",
    EXPIRED: "info",
}


class AskedBy(OfStaff):
    title = gettext_lazy("asked by")
    parameter_name = "asked_by"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:  # noqa: ARG002
        chosen = str(self.value() or "")
        return queryset.filter(asked_by_id=int(chosen)) if chosen.isdecimal() else queryset


class InState(DropdownFilter):
    """Waiting, decided one way or the other, or waited too long."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        named = [(state.value, str(state.label)) for state in Approval.State]
        return [*named, (EXPIRED, _("expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:  # noqa: ARG002
        now = timezone.now()
        chosen = str(self.value() or "")
        if chosen == Approval.State.WAITING:
            return queryset.filter(state=chosen, expires_at__gt=now)
        if chosen == EXPIRED:
            return queryset.filter(state=Approval.State.WAITING, expires_at__lte=now)
        return queryset.filter(state=chosen) if chosen in Approval.State.values else queryset


class DecisionForm(forms.Form):
    """Yes or no to exactly what was shown."""

    APPROVE = "approve"
    REFUSE = "refuse"

    note = forms.CharField(
        label=gettext_lazy("Note to your colleague"),
        max_length=200,
        required=False,
        # In a field of one line the enter key would press the first button.
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed if you refuse. It stays on record."),
    )
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (REFUSE, REFUSE)])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("decision") == self.REFUSE and not answers.get("note"):
            self.add_error("note", _("Say why, so that your colleague can do better."))
        return answers


WITHDRAW = Question(
    title=gettext_lazy("Withdraw this request"),
    text=gettext_lazy("Nobody needs to decide it any more, and nothing happens."),
    submit=gettext_lazy("Withdraw"),
)


APPROVE = {
    Approval.Kind.ADJUSTMENT: approve_adjustment,
    Approval.Kind.PURCHASE: approve_purchase,
    Approval.Kind.PUBLICATION: approve_publication,
    Approval.Kind.MAILING: approve_mailing,
    Approval.Kind.CODES: approve_export,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in the reader's words: the points, why, and what the balance would become."""

    title: str
    points: str
    facts: list[tuple[str, str]]
    note: str
    stands: Situation
    after: str


@admin.register(Approval)
class ApprovalPage(ReadOnlyPage):
    """What waits for a second person stands first; decided ones stay readable."""

    list_display = ["what", "whom", "why", "asker", "asked_at", "state_label", "decider"]
    list_display_links = ["what"]
    list_select_related = ["member", "asked_by", "decided_by"]
    list_filter = [InState, AskedBy, ("member", AutocompleteSelectFilter)]
    list_filter_submit = True
    ordering = [
        Case(When(state=Approval.State.WAITING, then=Value(0)), default=Value(1)),
        "-id",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Approval]:
        rows: QuerySet[Approval] = super().get_queryset(request)
        return rows.select_related("member", "asked_by", "decided_by")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a request word for word, and ask who may decide it to do so."""
        approval = self.get_object(request, object_id)
        if approval is None or request.method != "GET" or not self.has_view_permission(request):
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return answer
        return self._shown(request, approval, DecisionForm(initial={"digest": approval.digest}))

    @action(
        description=gettext_lazy("Decide"),
        url_path="decide",
        permissions=["members.decide_approval"],
    )
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve or refuse what was shown; what the ledger refuses is told and goes on waiting."""
        approval = found(self, Approval, request, object_id)
        if request.method != "POST":
            return redirect("admin:members_approval_change", approval.pk)
        form = DecisionForm(request.POST)
        if form.is_valid():
            try:
                done = self._decided(request, approval, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                approval.refresh_from_db()
            else:
                messages.success(request, done.words)
                return redirect("admin:members_approval_changelist")
        return self._shown(request, approval, form)

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=["members.view_approval"],
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        approval = found(self, Approval, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            withdraw_request(
                approval_id=approval.pk,
                staff_id=staff_of(request).pk,
                note=answers["reason"],
                now=timezone.now(),
            )
            return Done(
                _("Withdrawn: %(asked)s") % {"asked": sentence(approval)},
                {"state": Approval.State.WAITING},
                {"state": Approval.State.WITHDRAWN},
            )

        back = reverse("admin:members_approval_change", args=[approval.pk])
        return ask(self, request, approval, WITHDRAW, act=act, back=back)

    # Both are addresses, not buttons of the theme: the page has its own.
    actions_detail = ["decide", "withdraw"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:  # noqa: ARG002
        return []

    @transaction.atomic
    def _decided(self, request: HttpRequest, approval: Approval, answers: dict[str, Any]) -> Done:
        approves = answers["decision"] == DecisionForm.APPROVE
        (APPROVE[Approval.Kind(approval.kind)] if approves else refuse_request)(
            approval_id=approval.pk,
            digest=answers["digest"],
            staff_id=staff_of(request).pk,
            note=answers["note"],
            now=timezone.now(),
        )
        words = (
            _("Approved: %(asked)s, asked by %(who)s")
            if approves
            else _("Refused: %(asked)s, asked by %(who)s")
        )
        state = Approval.State.APPROVED if approves else Approval.State.REFUSED
        done = Done(
            words % {"asked": sentence(approval), "who": approval.asked_by.get_full_name()},
            {"state": Approval.State.WAITING},
            {"state": state},
        )
        self.record(request, approval, done, answers["note"])
        return done

    def _shown(
        self, request: HttpRequest, approval: Approval, form: DecisionForm
    ) -> TemplateResponse:
        now = timezone.now()
        if approval.kind == Approval.Kind.PUBLICATION:
            facts = publication_facts(request, approval)
            title = _("Request to publish rules")
        elif approval.kind == Approval.Kind.MAILING:
            facts = mailing_facts(approval)
            title = _("Request to send a campaign")
        elif approval.kind == Approval.Kind.CODES:
            facts = codes_facts(approval)
            title = _("Request to export codes")
        else:
            facts = {"asked": asked(approval, now)}
            title = facts["asked"].title
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": approval,
            "title": title,
            "approval": approval,
            **facts,
            "is_open": approval.is_open(now),
            "has_expired": approval.has_expired(now),
            "hindrance": hindrance(approval, staff_of(request), now),
            "is_own": approval.asked_by_id == request.user.pk,
            "sees_members": request.user.has_perm("members.view_member"),
            "form": form,
        }
        return TemplateResponse(request, "loyalty_site/admin/approval.html", context)

    @display(description=gettext_lazy("what"))
    def what(self, approval: Approval) -> str:
        return sentence(approval)

    @display(description=gettext_lazy("member"), ordering="member")
    def whom(self, approval: Approval) -> str:
        return str(approval.member) if approval.member else "–"

    @display(description=gettext_lazy("why"))
    def why(self, approval: Approval) -> str:
        return approval.reason

    @display(description=gettext_lazy("asked by"))
    def asker(self, approval: Approval) -> str:
        return approval.asked_by.get_full_name()

    @display(description=gettext_lazy("decided by"))
    def decider(self, approval: Approval) -> str:
        return approval.decided_by.get_full_name() if approval.decided_by else "–"

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, approval: Approval) -> tuple[str, str]:
        if approval.has_expired(timezone.now()):
            return EXPIRED, _("expired")
        return approval.state, approval.get_state_display()


def sentence(approval: Approval) -> str:
    """Say what is asked in a few words."""
    if approval.kind == Approval.Kind.PUBLICATION:
        rules = approval.asked["rules"]
        words = _("publish %(name)s v%(number)s from %(day)s")
        at = timezone.localtime(datetime.fromisoformat(rules["effective_at"]))
        return words % {
            "name": rules["name"],
            "number": approval.asked["number"],
            "day": date_format(at, "SHORT_DATE_FORMAT"),
        }
    if approval.kind == Approval.Kind.MAILING:
        return mailing_sentence(approval)
    if approval.kind == Approval.Kind.CODES:
        return codes_sentence(approval)
    points = int(approval.asked["points"])
    if approval.kind == Approval.Kind.PURCHASE:
        words = _("enter receipt %(receipt)s for %(points)s")
        return words % {"receipt": approval.asked["receipt"], "points": points_text(points)}
    words = _("give %(points)s") if points > 0 else _("take %(points)s")
    return words % {"points": points_text(points)}


def asked(approval: Approval, now: datetime) -> Asked:
    """Put a request into the reader's words, from the row that would be carried out."""
    stands = situation(whom_it_is_about(approval=approval).pk, now)
    points = int(approval.asked["points"])
    is_purchase = approval.kind == Approval.Kind.PURCHASE
    return Asked(
        title=_("Request to enter a purchase") if is_purchase else _("Request to adjust points"),
        points=signed(points),
        facts=_receipt(approval) if is_purchase else _cause(approval),
        note=approval.reason,
        stands=stands,
        after=whole(stands.balance + points),
    )


def _cause(approval: Approval) -> list[tuple[str, str]]:
    cause = Adjustment.from_asked(approval.asked).cause
    return [(_("Cause, which the member reads"), str(AdjustmentReason(cause).label))]


def _receipt(approval: Approval) -> list[tuple[str, str]]:
    slip = AskedPurchase.from_asked(approval.asked).slip
    at = timezone.localtime(slip.placed_at)
    return [
        (_("Receipt"), slip.receipt),
        (_("Total"), money(slip.total)),
        (_("Date and time on the receipt"), date_format(at, "SHORT_DATETIME_FORMAT")),
        (_("Till or shop"), str(Source.objects.get(pk=slip.source_id))),
        (_("Store"), slip.store or "–"),
    ]


def hindrance(approval: Approval, reader: User, now: datetime) -> str:
    """Why this reader cannot decide this request; nothing if they can."""
    if not approval.is_open(now):
        return ""
    if approval.asked_by_id == reader.pk:
        return _("You asked this yourself; a colleague decides.")
    if not reader.has_perm("members.decide_approval"):
        return _("It waits for a colleague who may decide requests.")
    if approval.kind == Approval.Kind.MAILING:
        return mailing_hindrance(approval, reader)
    if approval.kind == Approval.Kind.CODES:
        return codes_hindrance(reader)
    if approval.member is None:
        return publication_hindrance(approval, reader)
    if is_own_account(staff=reader, member=approval.member):
        return _("This is your own account; another colleague decides.")
    return ""
