"""Program versions: read in words, drafted from a file, published by button."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin.buttons import Question, ask, found
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from points.actions.publication_requests import publish_first_version
from points.admin.program_draft import edit_draft
from points.admin.program_rules import drop_page, rule_page, rule_rows
from points.admin.program_text import as_toml
from points.admin.publication_request import ask_for_publication, waiting_request, withdraw
from points.admin.replay import ask_for_replay, replay_facts
from points.admin.rules_sheet import rules_sheet
from points.models import ProgramVersion, Replay
from points.program_cache import rules_of
from points.reports.program_difference import difference
from points.reports.program_words import words_of

PUBLISH = Question(
    title=gettext_lazy("Publish this version"),
    text=gettext_lazy(
        "From its date on every purchase is valued by these rules, and members read them on the "
        "front page. A published version is never changed; a change is a new version."
    ),
    submit=gettext_lazy("Publish"),
    is_final=True,
)


@admin.register(ProgramVersion)
class ProgramVersionPage(StaffPage):
    """The rules, from when to when; a published one stays as it is."""

    list_display = ["number", "name", "state", "effective_at", "published_at", "published_by"]
    list_display_links = ["number", "name"]
    list_select_related = ["published_by"]
    search_fields = ["name"]
    ordering = ["-number"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "state_in_words"),
                    ("effective_at", "published_at"),
                    "published_by",
                    "fingerprint",
                ]
            },
        ),
    ]
    readonly_fields = [
        "name",
        "state_in_words",
        "effective_at",
        "published_at",
        "published_by",
        "fingerprint",
    ]
    change_form_outer_after_template = "points/admin/_program.html"
    actions_list = ["rules_sheet"]
    actions_detail = ["publish", "ask", "replay", "add_rule", "edit", "withdraw", "copy"]

    def get_urls(self) -> list[URLPattern]:
        # Any member of staff may read the rules.
        sheet = self.admin_site.admin_view(rules_sheet)
        one = "<path:object_id>/rule/<int:number>/"
        return [
            path("rules-sheet/", sheet, name="points_rules_sheet"),
            path(f"{one}change/", self._door(rule_page), name="points_rule_change"),
            path(f"{one}drop/", self._door(drop_page), name="points_rule_drop"),
            *super().get_urls(),
        ]

    def _door(self, shown: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Open a page about one rule of a draft."""

        def view(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
            return shown(self, request, found(self, ProgramVersion, request, object_id), number)

        door: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
        return door

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
        return edit_draft(self, request, text="")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        version = self.get_object(request, object_id) if object_id else None
        if version is not None and self.has_view_permission(request, version):
            rules = rules_of(version)
            context["words"] = words_of(rules, max(timezone.now(), rules.effective_at))
            context["toml"] = as_toml(version.rules)
            if not version.is_published:
                context |= draft_facts(request, version)
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return response

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        version = self.get_object(request, str(object_id))
        fitting = _fitting(version, staff_of(request).pk) if version else []
        return [
            button
            for button in super().get_actions_detail(request, object_id)
            if button.method.original_function_name in fitting
        ]

    @display(
        description=gettext_lazy("state"),
        label={"draft": "warning", "later": "info", "published": "success"},
    )
    def state(self, version: ProgramVersion) -> tuple[str, str]:
        if not version.is_published or version.effective_at is None:
            return "draft", _("draft")
        if version.effective_at > timezone.now():
            return "later", _("published for later")
        return "published", _("published")

    @display(description=gettext_lazy("state"))
    def state_in_words(self, version: ProgramVersion) -> str:
        words: str = self.state(version)[1]
        return words

    @display(description=gettext_lazy("fingerprint"))
    def fingerprint(self, version: ProgramVersion) -> str:
        return format_html('<span class="staff-code">{}</span>', version.digest)

    @action(
        description=gettext_lazy("Rules for the counter"),
        url_path="sheet",
        permissions=["points.view_programversion"],
        icon="print",
    )
    def rules_sheet(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        return redirect("admin:points_rules_sheet")

    @action(
        description=gettext_lazy("Publish"),
        url_path="publish",
        permissions=["points.publish_programversion"],
        icon="publish",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = found(self, ProgramVersion, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            publish_first_version(
                version_id=version.pk, staff_id=staff_of(request).pk, now=timezone.now()
            )
            return _("%(version)s was published") % {"version": version}

        back = reverse("admin:points_programversion_change", args=[version.pk])
        return ask(self, request, version, PUBLISH, act=act, back=back)

    @action(
        description=gettext_lazy("Ask a colleague to publish"),
        url_path="ask",
        permissions=["points.change_programversion"],
        icon="how_to_reg",
        variant=ActionVariant.PRIMARY,
    )
    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft = found(self, ProgramVersion, request, object_id)
        return ask_for_publication(self, request, draft, back=_page_of(draft))

    @action(
        description=gettext_lazy("Withdraw the request"),
        url_path="withdraw",
        permissions=["points.change_programversion"],
        icon="undo",
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft = found(self, ProgramVersion, request, object_id)
        return withdraw(self, request, draft, back=_page_of(draft))

    @action(
        description=gettext_lazy("Try it on the past"),
        url_path="replay",
        permissions=["points.add_replay"],
        icon="history",
    )
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask_for_replay(self, request, found(self, ProgramVersion, request, object_id))

    @action(
        description=gettext_lazy("Add an earning rule"),
        url_path="rule",
        permissions=["points.change_programversion"],
        icon="add",
    )
    def add_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return rule_page(self, request, found(self, ProgramVersion, request, object_id), None)

    @action(
        description=gettext_lazy("Edit the draft"),
        url_path="edit",
        permissions=["points.change_programversion"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = found(self, ProgramVersion, request, object_id)
        return edit_draft(self, request, text=as_toml(version.rules), draft=version)

    @action(
        description=gettext_lazy("Make a new version from this"),
        url_path="copy",
        permissions=["points.add_programversion"],
        icon="content_copy",
    )
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = found(self, ProgramVersion, request, object_id)
        return edit_draft(self, request, text=as_toml(version.rules))


def _page_of(version: ProgramVersion) -> str:
    return reverse("admin:points_programversion_change", args=[version.pk])


def _fitting(version: ProgramVersion, reader: int) -> list[str]:
    """Name the buttons that make sense for a version as it stands."""
    if version.is_published:
        return ["copy"]
    if not ProgramVersion.objects.published().exists():
        return ["publish", "edit"]
    waiting = waiting_request(version, timezone.now())
    if waiting is None:
        return ["ask", "replay", "edit"]
    return ["withdraw", "replay"] if waiting.asked_by_id == reader else ["replay"]


def draft_facts(request: HttpRequest, draft: ProgramVersion) -> dict[str, Any]:
    """What a draft changes, whether a colleague is to decide, and how its last replay went."""
    now = timezone.now()
    against = ProgramVersion.objects.replaced_by(draft, now)
    newest = Replay.objects.select_related("draft", "against", "asked_by").newest_of(draft.pk)
    return {
        "against": against,
        "parts": difference(against.rules, draft.rules) if against else [],
        "waiting": (waiting := waiting_request(draft, now)),
        "rule_rows": rule_rows(draft),
        "may_change": waiting is None and request.user.has_perm("points.change_programversion"),
        "sees_requests": request.user.has_perm("members.view_approval"),
        "sees_replays": request.user.has_perm("points.view_replay"),
        **replay_facts(request, newest),
    }
