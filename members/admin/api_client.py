"""API clients: tills and web shops, their keys, and a change of keys without an outage."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from members.actions.api_clients import Made, add_key, create_client, end_oldest_key, stop_client
from members.admin.buttons import Question, ReasonForm, ask, found, question_page
from members.admin.pages import ReadOnlyPage
from members.admin.source import SourceField
from members.admin.traces import Done
from members.models import ApiClient, ApiKey, Scope
from members.refusals import Refusal

HOLD = "members.hold_api_keys"
DAYS = [
    (0, gettext_lazy("at once")),
    (1, gettext_lazy("after a day")),
    (7, gettext_lazy("after a week")),
]


class ClientForm(ReasonForm):
    """What a new client is called, whose receipts it reports and what it may do."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Such as “Till 3, Market Square”."),
    )
    source = SourceField(
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("The business its receipts belong to."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        initial=Scope.values,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    a_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"),
        min_value=1,
        max_value=100_000,
        initial=600,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ["name", "source", "scopes", "a_minute", "reason"]


class KeyForm(ReasonForm):
    """When the keys it has stop working."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("The present key ends"),
        choices=DAYS,
        coerce=int,
        initial=7,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Until then both work, so that the till can change over."),
    )
    field_order = ["days", "reason"]


COLORS = {"works": "success", "stopped": "danger"}
NEW_CLIENT = Question(
    title=gettext_lazy("Connect a till or a web shop"),
    text=gettext_lazy("Its key is shown once, on the next page. Have the till at hand."),
    submit=gettext_lazy("Make the client and its key"),
    form=ClientForm,
)
END_KEY = Question(
    title=gettext_lazy("End the oldest key now"),
    text=gettext_lazy("The till must have changed to its new key: the old one opens nothing."),
    submit=gettext_lazy("End it"),
)
NEW_KEY = Question(
    title=gettext_lazy("Make a new key"),
    text=gettext_lazy("The new key is shown once, on the next page. Have the till at hand."),
    submit=gettext_lazy("Make a new key"),
    form=KeyForm,
)
STOP = Question(
    title=gettext_lazy("Stop this client"),
    text=gettext_lazy(
        "None of its keys opens anything any more, from this moment on and for good. What it "
        "reported stays."
    ),
    submit=gettext_lazy("Stop"),
    is_final=True,
)


@admin.register(ApiClient)
class ApiClientPage(ReadOnlyPage):
    """Tills and web shops; made here or by `create_api_client`, changed by its buttons."""

    list_display = ["name", "source", "may_do", "last_used", "state"]
    list_select_related = ["source"]
    search_fields = ["name"]
    fields = ["name", "source", "may_do", "a_minute", "made_at", "stopped_at", "all_keys"]
    readonly_fields = fields
    nothing_yet = gettext_lazy(
        "Connect a till or a web shop, and it can report purchases by itself. What it sends and is "
        "told stands at /api/v1/docs."
    )
    actions_detail = ["new_key", "end_oldest", "stop"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiClient]:
        rows: QuerySet[ApiClient] = super().get_queryset(request)
        return rows.prefetch_related("keys")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(HOLD)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Ask what the client may do, make it, and show its key this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ClientForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = self._made(request, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._shown_once(request, made)
        back = reverse("admin:members_apiclient_changelist")
        return question_page(self, request, NEW_CLIENT, form, back=back)

    @action(
        description=gettext_lazy("Make a new key"),
        url_path="new-key",
        permissions=[HOLD],
        icon="key",
        variant=ActionVariant.PRIMARY,
    )
    def new_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        client = found(self, ApiClient, request, object_id)
        made: list[Made] = []

        def act(answers: dict[str, Any]) -> Done:
            now = timezone.now()
            ends = now + timedelta(days=answers["days"])
            made.append(add_key(client_id=client.pk, now=now, others_end_at=ends))
            return Done(_("New key %(key)s") % {"key": made[0].key})

        answer = ask(self, request, client, NEW_KEY, act=act, back=_page(client))
        return self._shown_once(request, made[0]) if made else answer

    @action(
        description=gettext_lazy("End the oldest key now"),
        url_path="end-oldest",
        permissions=[HOLD],
        icon="key_off",
    )
    def end_oldest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        client = found(self, ApiClient, request, object_id)

        def act(_answers: dict[str, Any]) -> Done:
            ended = end_oldest_key(client_id=client.pk, now=timezone.now())
            return Done(_("Ended key %(key)s") % {"key": ended})

        return ask(self, request, client, END_KEY, act=act, back=_page(client))

    @action(
        description=gettext_lazy("Stop"),
        url_path="stop",
        permissions=[HOLD],
        icon="block",
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        client = found(self, ApiClient, request, object_id)

        def act(_answers: dict[str, Any]) -> Done:
            stop_client(client_id=client.pk, now=timezone.now())
            return Done(_("Stopped"), {"stopped": False}, {"stopped": True})

        return ask(self, request, client, STOP, act=act, back=_page(client))

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer what fits: a stopped client has no buttons, a last key is not ended alone."""
        client = self.get_object(request, str(object_id))
        if client is None or client.stopped_at is not None:
            return []
        is_changing = ApiKey.objects.filter(client=client).live(timezone.now()).count() > 1
        unfit = "new_key" if is_changing else "end_oldest"
        return [
            button
            for button in super().get_actions_detail(request, object_id)
            if button.method.original_function_name != unfit
        ]

    @transaction.atomic
    def _made(self, request: HttpRequest, answers: dict[str, Any]) -> Made:
        made = create_client(
            name=answers["name"],
            source_id=answers["source"].pk,
            scopes=answers["scopes"],
            a_minute=answers["a_minute"],
            now=timezone.now(),
        )
        self.record(request, made.key.client, _("Made, with its first key"), answers["reason"])
        return made

    def _shown_once(self, request: HttpRequest, made: Made) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": made.key.client,
            "title": _("The key of %(client)s") % {"client": made.key.client},
            "secret": made.secret,
            "back": _page(made.key.client),
        }
        answer = TemplateResponse(request, "members/admin/api_key.html", context)
        patch_cache_control(answer, no_store=True)
        return answer

    @display(description=gettext_lazy("what it may do"))
    def may_do(self, client: ApiClient) -> str:
        return ", ".join(sorted(client.may))

    @display(description=gettext_lazy("last used"))
    def last_used(self, client: ApiClient) -> str:
        used = [key.used_at for key in client.keys.all() if key.used_at is not None]
        return _written(max(used)) if used else _("never")

    @display(description=gettext_lazy("state"), label=COLORS)
    def state(self, client: ApiClient) -> tuple[str, str]:
        return ("stopped", _("stopped")) if client.stopped_at else ("works", _("works"))

    @display(description=gettext_lazy("keys"))
    def all_keys(self, client: ApiClient) -> str:
        rows = ((key, _told(key, timezone.now())) for key in client.keys.all())
        lines = format_html_join("", '<li><span class="staff-code">{}</span> {}</li>', rows)
        return format_html('<ul class="staff-told">{}</ul>', lines)


def _told(key: ApiKey, now: datetime) -> str:
    """Say since when a key works, until when, and when it was last used."""
    made = _("since %(made)s") % {"made": _written(key.made_at)}
    used = (
        _("last used %(used)s") % {"used": _written(key.used_at)}
        if key.used_at
        else _("never used")
    )
    if key.ends_at is None:
        return f"{made}, {used}"
    words = _("ended %(ends)s") if key.ends_at <= now else _("works until %(ends)s")
    return f"{made}, {words % {'ends': _written(key.ends_at)}}, {used}"


def _written(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _page(client: ApiClient) -> str:
    return reverse("admin:members_apiclient_change", args=[client.pk])
