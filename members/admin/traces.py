"""Every change through a page of the back office leaves a row, and the page shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from members.actions.traces import record_act
from members.admin.reader import staff_of
from members.models import Member, StaffAct
from members.reports.traces import deeds_of

ACTS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in words, and the values it changed, as a trace keeps them."""

    words: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class TracedPage(ModelAdmin):
    """Pages whose every change is recorded with what was and what is, and told on the object."""

    def construct_change_message(
        self,
        request: HttpRequest,  # noqa: ARG002
        form: ModelForm[Any],
        formsets: Iterable[object] | None,  # noqa: ARG002
        add: bool = False,  # noqa: FBT001, FBT002
    ) -> Done:
        before, after = changed(form)
        if add:
            return Done(_("Added"), {}, after)
        labels = [str(form.instance._meta.get_field(name).verbose_name) for name in after]
        return Done(
            _("Changed: %(fields)s") % {"fields": get_text_list(labels, _("and"))}, before, after
        )

    def log_addition(
        self, request: HttpRequest, obj: models.Model, message: Done | str
    ) -> StaffAct | None:
        return self.record(request, obj, message)

    def log_change(
        self, request: HttpRequest, obj: models.Model, message: Done | str
    ) -> StaffAct | None:
        """Record a change; a form that was saved as it stood changed nothing."""
        if isinstance(message, Done) and not message.after:
            return None
        return self.record(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.record(request, obj, _("Removed"))

    def record(
        self, request: HttpRequest, obj: models.Model, done: Done | str, reason: str = ""
    ) -> StaffAct:
        """Leave the row of one act; call it in the transaction of the act."""
        told = done if isinstance(done, Done) else Done(done)
        return record_act(
            staff_id=staff_of(request).pk,
            what=told.words,
            on=obj,
            now=timezone.now(),
            member_id=member_of(obj),
            before=told.before,
            after=told.after,
            reason=reason,
        )

    def acts_on(self, obj: models.Model) -> QuerySet[StaffAct]:
        """All that was done to this row, the latest first."""
        return StaffAct.objects.on(obj)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Tell what staff did to this row."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return redirect("admin:index")
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        acts = Paginator(
            self.acts_on(obj).select_related("staff", "content_type"), ACTS_A_PAGE
        ).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("What staff did"),
            "subtitle": None,
            "opts": self.opts,
            "original": obj,
            "object": obj,
            "name": capfirst(str(self.opts.verbose_name)),
            "deeds": deeds_of(acts),
            "page": acts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "members/admin/history.html", context)


def member_of(obj: models.Model) -> int | None:
    """Whom a row is about; a row of an account has its member's number."""
    if isinstance(obj, Member):
        return obj.pk
    found = getattr(obj, "member_id", None)
    return found if isinstance(found, int) else None


def changed(form: ModelForm[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the changed fields of a form were, and what they became."""
    before, after = {}, {}
    own = {f.name: f for f in form.instance._meta.get_fields() if isinstance(f, models.Field)}
    for name in form.changed_data:
        if name in own:
            before[name] = kept(_resolved(own[name], form.initial.get(name)))
            after[name] = kept(form.cleaned_data.get(name))
    return before, after


def kept(value: object) -> object:
    """Write a value as a trace keeps it: what JSON knows, days in ISO, rows by their name."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, QuerySet | list | tuple | set):
        return sorted(str(one) for one in value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _resolved(of: models.Field[Any, Any], value: object) -> object:
    """Return the row a form's first value points to."""
    if isinstance(of, models.ForeignKey) and value is not None:
        return of.remote_field.model._default_manager.filter(pk=value).first()
    return value
