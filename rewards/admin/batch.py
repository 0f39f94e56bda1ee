"""Batches and promotional codes: made, watched while they are made, withdrawn, exported once."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from members.admin.buttons import ask, found
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.refusals import Refusal
from points.reports.wording import money, whole
from rewards.actions.batches import start_batch, stop_batch
from rewards.actions.exports import ask_export, begin_download
from rewards.actions.issuing import code_of
from rewards.actions.promotions import start_promotion
from rewards.admin.export_request import ASK, STOP, export_facts, length_of, lines_of
from rewards.admin.finance import finance_csv, finance_page
from rewards.admin.worth_form import CodesForm, PromotionForm, WorthForm
from rewards.code_vault import SealBrokenError
from rewards.models import Batch, Voucher
from rewards.reports.batch_words import first_day, last_day, progress, use_of, worth_words

SECONDS_BETWEEN_LOOKS = 2
COLORS = {"making": "info", "ready": "success", "stopped": "danger", "lost": "warning"}
FINANCE = "rewards.see_voucher_figures"


@admin.register(Batch)
class BatchPage(StaffPage):
    """What was made by the hundred or for everybody; nothing of it changes but that it ends."""

    list_display = ["name", "form", "worth", "codes", "begins", "ends", "state_label"]
    list_filter = [("form", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["name__istartswith"]
    search_help_text = gettext_lazy("The beginning of a name")
    ordering = ["-id"]
    nothing_yet = gettext_lazy(
        "Unique codes for a partner or for print, or one code that everybody may use: make them "
        "here, and see what came of them."
    )
    actions_list = ["promotion", "finance"]
    actions_detail = ["stop", "ask_for_codes", "download"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:  # noqa: ARG002
        # Addresses, not buttons of the theme: the page has its own.
        return []

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.finance_export)
        return [
            path("finance/export/", export, name="rewards_batch_finance_export"),
            *super().get_urls(),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CodesForm(request.POST or None)
        return self._made(request, form, _("A new batch of codes"), _("Make them"))

    @action(
        description=gettext_lazy("New code for everybody"),
        url_path="promotion",
        permissions=["rewards.add_batch"],
        icon="campaign",
    )
    def promotion(self, request: HttpRequest) -> HttpResponse:
        form = PromotionForm(request.POST or None)
        return self._made(request, form, _("A new code for everybody"), _("Make it"))

    @action(
        description=gettext_lazy("Cost and VAT"),
        url_path="finance",
        permissions=[FINANCE],
        icon="account_balance",
    )
    def finance(self, request: HttpRequest) -> HttpResponse:
        return finance_page(self, request)

    def finance_export(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm(FINANCE):
            raise PermissionDenied
        return finance_csv(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far a batch is, what came of it, and what can be done with it."""
        batch = self.get_object(request, object_id)
        if batch is None or request.method != "GET" or not self.has_view_permission(request):
            answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return answer
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": batch,
            "title": batch.name,
            "batch": batch,
            "facts": _facts(request, batch),
            "state": self.state_label(batch)[1],
            "color": COLORS[self.state_label(batch)[0]],
            "progress": progress(batch),
            "is_silent": batch.is_silent(now),
            "may_stop": request.user.has_perm("rewards.stop_batch") and not batch.stopped_at,
            "wait": SECONDS_BETWEEN_LOOKS,
            **_uses(batch),
            **export_facts(batch, staff_of(request), now),
        }
        return TemplateResponse(request, "rewards/admin/batch.html", context)

    @action(
        description=gettext_lazy("Withdraw"), url_path="stop", permissions=["rewards.stop_batch"]
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = found(self, Batch, request, object_id)

        def act(_answers: dict[str, Any]) -> Done:
            stop_batch(batch_id=batch.pk, staff_id=staff_of(request).pk, now=timezone.now())
            return Done(_("Withdrew %(batch)s") % {"batch": batch})

        return ask(self, request, batch, STOP, act=act, back=_page_of(batch))

    @action(
        description=gettext_lazy("Ask for the codes"),
        url_path="ask-codes",
        permissions=["rewards.export_codes"],
    )
    def ask_for_codes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = found(self, Batch, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            approval = ask_export(
                batch_id=batch.pk,
                reason=answers["reason"],
                request_key=answers["request_key"],
                staff_id=staff_of(request).pk,
                now=timezone.now(),
            )
            words = _("A colleague was asked to let the codes of %(batch)s out")
            return Done(words % {"batch": batch}, after={"approval": approval.pk})

        return ask(self, request, batch, ASK, act=act, back=_page_of(batch))

    @action(
        description=gettext_lazy("Download the codes"),
        url_path="download",
        permissions=["rewards.export_codes"],
    )
    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        batch = found(self, Batch, request, object_id)
        if request.method != "POST":
            return redirect(_page_of(batch))
        try:
            codes = self._begun(request, batch)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(_page_of(batch))
        answer = StreamingHttpResponse(lines_of(batch.pk), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="codes-{batch.pk}.csv"'
        answer.headers["Content-Length"] = str(length_of(codes))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @transaction.atomic
    def _begun(self, request: HttpRequest, batch: Batch) -> int:
        export = begin_download(
            batch_id=batch.pk, staff_id=staff_of(request).pk, now=timezone.now()
        )
        words = _("Began to download the codes of %(batch)s, time %(time)s")
        done = words % {"batch": batch, "time": whole(export.begun)}
        self.record(request, batch, Done(done, after={"codes": export.codes}))
        return export.codes

    def _made(self, request: HttpRequest, form: WorthForm, title: str, submit: str) -> HttpResponse:
        if request.method == "POST" and form.is_valid():
            try:
                batch = self._kept(request, form)
            except Refusal as refusal:
                form.refused(refusal)
            else:
                return redirect(_page_of(batch))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "verb": submit,
            "back": reverse("admin:rewards_batch_changelist"),
        }
        return TemplateResponse(request, "rewards/admin/make.html", context)

    @transaction.atomic
    def _kept(self, request: HttpRequest, form: WorthForm) -> Batch:
        answers, (valid_from, expires_at) = form.cleaned_data, form.window()
        known = Batch.objects.filter(request_key=answers["request_key"]).exists()
        common: dict[str, Any] = {
            "name": answers["name"],
            "worth": form.worth(),
            "valid_from": valid_from,
            "expires_at": expires_at,
            "request_key": answers["request_key"],
            "staff_id": staff_of(request).pk,
            "now": timezone.now(),
        }
        if isinstance(form, PromotionForm):
            batch = start_promotion(
                **common,
                word=answers["word"],
                most_uses=answers["most_uses"],
                per_member=answers["per_member"],
            )
        else:
            batch = start_batch(**common, wanted=answers["wanted"])
        if not known:
            after = {"name": batch.name, "worth": worth_words(batch), "wanted": batch.wanted}
            self.record(request, batch, Done(_("Made %(batch)s") % {"batch": batch}, {}, after))
        return batch

    @display(description=gettext_lazy("worth"))
    def worth(self, batch: Batch) -> str:
        return worth_words(batch)

    @display(description=gettext_lazy("codes"))
    def codes(self, batch: Batch) -> str:
        return whole(batch.made) if batch.form == Batch.Form.CODES else "–"

    @display(description=gettext_lazy("first day"))
    def begins(self, batch: Batch) -> str:
        return first_day(batch.valid_from)

    @display(description=gettext_lazy("last day"))
    def ends(self, batch: Batch) -> str:
        return last_day(batch.expires_at)

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, batch: Batch) -> tuple[str, str]:
        if batch.stopped_at is not None:
            return "stopped", _("withdrawn")
        if batch.is_silent(timezone.now()):
            return "lost", _("worker lost")
        return batch.state, batch.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return cast("QuerySet[Batch]", super().get_queryset(request).select_related("made_by"))


def _page_of(batch: Batch) -> str:
    return reverse("admin:rewards_batch_change", args=[batch.pk])


def _facts(request: HttpRequest, batch: Batch) -> list[tuple[str, str]]:
    facts = [
        (_("Kind"), batch.get_form_display()),
        (_("What each code is worth"), worth_words(batch)),
        (_("First day"), first_day(batch.valid_from)),
        (_("Last day"), last_day(batch.expires_at)),
    ]
    if batch.form == Batch.Form.PROMOTION and request.user.has_perm("rewards.add_batch"):
        voucher = batch.vouchers.first()
        facts.insert(1, (_("Code"), _readable(voucher) if voucher else "–"))
    if batch.per_member is not None:
        facts.append((_("How often per member"), whole(batch.per_member)))
    if batch.cost is not None:
        facts.append((_("Cost price"), money(batch.cost)))
    return facts


def _readable(voucher: Voucher) -> str:
    try:
        return code_of(voucher=voucher)
    except SealBrokenError:
        return _("cannot be read with the key that this site has now")


def _uses(batch: Batch) -> dict[str, Any]:
    if batch.is_making:
        return {}
    use = use_of(batch, timezone.now())
    limit = None
    if batch.form == Batch.Form.PROMOTION:
        limit = Voucher.objects.filter(batch=batch).values_list("most_uses", flat=True).first()
    return {
        "use": {
            "issued": whole(use.issued),
            "used": whole(use.used),
            "limit": whole(limit) if limit else "",
            "taken_off": money(use.taken_off),
            "cost": money(use.cost),
        }
    }
