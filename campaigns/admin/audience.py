"""Audiences: built line by line, counted as they grow, kept under a name."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from campaigns.actions.audiences import (
    CHANGE,
    NameTaken,
    archive_audience,
    copy_audience,
    remember_count,
    restore_audience,
    save_audience,
)
from campaigns.admin.audience_filter import InUse
from campaigns.admin.audience_form import Builder
from campaigns.models import Audience
from campaigns.reports.audience_words import sentence
from campaigns.reports.headcount import Headcount, headcount_in_time
from campaigns.reports.samples import sample
from members.admin.buttons import found
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.models import Consent
from members.refusals import Refusal
from points.reports.wording import whole

COUNT = "count"
LISTED = "admin:campaigns_audience_changelist"


@admin.register(Audience)
class AudiencePage(StaffPage):
    """Whom a mailing can be for."""

    list_display = ["name", "whom", "members", "campaigns", "made_by", "changed_at"]
    list_filter = [InUse]
    list_filter_submit = True
    list_select_related = ["made_by"]
    search_fields = ["name__istartswith"]
    search_help_text = gettext_lazy("The beginning of a name")
    ordering = ["-id"]
    nothing_yet = gettext_lazy(
        "An audience says whom a mailing is for, such as: Gold members who have not bought for "
        "30 days. Make one, and see at once how many they are."
    )
    actions_detail = ["copy", "archive", "restore"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:  # noqa: ARG002
        # Addresses, not buttons of the theme: the page has its own.
        return []

    def get_urls(self) -> list[URLPattern]:
        count = self.admin_site.admin_view(self.count_view)
        return [path("count/", count, name="campaigns_audience_count"), *super().get_urls()]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._built(request, None)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        audience = found(self, Audience, request, object_id)
        allowed = self.has_change_permission(request) or (
            request.method == "GET" and self.has_view_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        return self._built(request, audience)

    def count_view(self, request: HttpRequest) -> HttpResponse:
        """Count what is filled in, for a page that asks while somebody types."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(LISTED)
        builder = Builder(request, None)
        return render(request, "campaigns/admin/_headcount.html", _counted(builder))

    def _built(self, request: HttpRequest, audience: Audience | None) -> HttpResponse:
        builder = Builder(request, audience)
        if builder.is_sent and builder.pressed == "" and self._saved(request, builder, audience):
            return redirect(LISTED)
        wants_count = not builder.is_sent and audience is not None
        facts = _counted(builder) if wants_count or builder.pressed == COUNT else {}
        if audience is not None and facts.get("counted") and not builder.is_sent:
            remember_count(
                audience_id=audience.pk,
                edition=audience.edition,
                counted=facts["counted"].members,
                now=timezone.now(),
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": audience,
            "title": audience.name if audience else _("A new audience"),
            "builder": builder,
            "audience": audience,
            "may_change": self._may_save(request, audience),
            "may_copy": self.has_add_permission(request),
            "shows_members": request.user.has_perm("members.view_member"),
            "used": audience.campaigns.order_by("-pk")[:5] if audience else (),
            **facts,
        }
        if facts.get("conditions") is not None:
            context["examples"] = sample(facts["conditions"], at=timezone.now())
        return TemplateResponse(request, "campaigns/admin/audience.html", context)

    def _may_save(self, request: HttpRequest, audience: Audience | None) -> bool:
        if audience is None:
            return bool(self.has_add_permission(request))
        return bool(self.has_change_permission(request)) and not audience.is_archived

    def _saved(self, request: HttpRequest, builder: Builder, audience: Audience | None) -> bool:
        conditions = builder.conditions()
        if not builder.form.is_valid() or conditions is None:
            return False
        before = _values(audience)
        try:
            with transaction.atomic():
                saved = save_audience(
                    audience_id=audience.pk if audience else None,
                    name=builder.form.cleaned_data["name"],
                    conditions=conditions,
                    seen=builder.form.cleaned_data["seen"],
                    staff_id=staff_of(request).pk,
                    now=timezone.now(),
                )
                after = _values(saved)
                if before != after:
                    words = _("Added") if audience is None else _("Changed the audience")
                    self.record(request, saved, Done(words, before, after))
        except NameTaken as refusal:
            builder.form.add_error("name", str(refusal))
            return False
        except Refusal as refusal:
            builder.form.add_error(None, str(refusal))
            return False
        messages.success(request, _("Saved: %(audience)s") % {"audience": saved})
        return True

    @action(
        description=gettext_lazy("Copy"), url_path="copy", permissions=["campaigns.add_audience"]
    )
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        audience = found(self, Audience, request, object_id)
        if request.method != "POST":
            return redirect("admin:campaigns_audience_change", audience.pk)
        with transaction.atomic():
            made = copy_audience(
                audience_id=audience.pk, staff_id=staff_of(request).pk, now=timezone.now()
            )
            self.record(request, made, Done(_("Copied from %(name)s") % {"name": audience}))
        return redirect("admin:campaigns_audience_change", made.pk)

    @action(description=gettext_lazy("Put away"), url_path="archive", permissions=[CHANGE])
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._put(request, object_id, archive_audience, _("Put away"))

    @action(description=gettext_lazy("Take back"), url_path="restore", permissions=[CHANGE])
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._put(request, object_id, restore_audience, _("Taken back into use"))

    def _put(
        self, request: HttpRequest, object_id: str, act: Callable[..., Audience], words: str
    ) -> HttpResponse:
        audience = found(self, Audience, request, object_id)
        if request.method == "POST":
            with transaction.atomic():
                act(audience_id=audience.pk, staff_id=staff_of(request).pk, now=timezone.now())
                self.record(request, audience, Done(words))
            messages.success(request, words)
        return redirect("admin:campaigns_audience_change", audience.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Audience]:
        rows: QuerySet[Audience] = super().get_queryset(request)
        return rows.select_related("made_by").prefetch_related("campaigns")

    @display(description=gettext_lazy("who they are"))
    def whom(self, audience: Audience) -> str:
        return sentence(audience.parsed())

    @display(description=gettext_lazy("members"))
    def members(self, audience: Audience) -> str:
        if audience.counted is None or audience.counted_at is None:
            return "–"
        at = date_format(timezone.localtime(audience.counted_at), "SHORT_DATE_FORMAT")
        return _("%(count)s on %(day)s") % {"count": whole(audience.counted), "day": at}

    @display(description=gettext_lazy("campaigns"))
    def campaigns(self, audience: Audience) -> str:
        return whole(len(audience.campaigns.all()))


def _values(audience: Audience | None) -> dict[str, Any]:
    return {"name": audience.name, "whom": sentence(audience.parsed())} if audience else {}


def _counted(builder: Builder) -> dict[str, Any]:
    """Count what is filled in, if it can be counted, and put it into figures and words."""
    conditions = builder.conditions()
    if conditions is None:
        return {"is_wrong": True}
    counted = headcount_in_time(conditions, topic=builder.topic, at=timezone.now())
    return {
        "conditions": conditions,
        "sentence": sentence(conditions),
        "counted": counted,
        "took_too_long": counted is None,
        **(_figures(counted, builder.topic) if counted else {}),
    }


def _figures(counted: Headcount, topic: str) -> dict[str, Any]:
    unreached = [
        (_("have no e-mail address"), counted.no_address),
        (_("did not agree to this kind of mail"), counted.no_consent),
        (_("get no mail, since it came back or was unwanted"), counted.suppressed),
    ]
    return {
        "topic": Consent.Topic(topic).label,
        "members_text": whole(counted.members),
        "everybody_text": whole(counted.everybody),
        "reachable_text": whole(counted.reachable),
        "unreached": [(words, whole(number)) for words, number in unreached if number],
    }
