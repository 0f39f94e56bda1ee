"""Terms: drafted in both languages, read as members will, published by button."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from members.actions.terms import draft_terms, publish_terms
from members.admin.buttons import Question, ask, found, question_page
from members.admin.pages import StaffPage
from members.models import Terms
from members.refusals import Refusal
from members.terms_text import blocks_of

LONGEST = 20_000
PUBLISH = Question(
    title=gettext_lazy("Publish these terms"),
    text=gettext_lazy(
        "Whoever joins from now on accepts this version, and members are asked to. It stays word "
        "for word; a change is a new version."
    ),
    submit=gettext_lazy("Publish"),
    is_final=True,
)


def _text(label: Any) -> forms.CharField:  # noqa: ANN401
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 18}),
        help_text=gettext_lazy(
            "An empty line begins a paragraph, “# ” a heading and “- ” an item of a list."
        ),
    )


class TermsForm(forms.Form):
    """The text in both languages."""

    text_nl = _text(gettext_lazy("Text in Dutch"))
    text_en = _text(gettext_lazy("Text in English"))


DRAFT = Question(
    title=gettext_lazy("Draft the terms"),
    text=gettext_lazy("A draft changes nothing for members until somebody publishes it."),
    submit=gettext_lazy("Save the draft"),
    form=TermsForm,
)


@admin.register(Terms)
class TermsPage(StaffPage):
    """Every version that ever held, and the draft of the next."""

    list_display = ["number", "state", "published_at", "publisher"]
    list_select_related = ["published_by"]
    ordering = ["-number"]
    fieldsets = [(None, {"fields": [("number", "state_in_words"), ("published_at", "publisher")]})]
    readonly_fields = ["number", "state_in_words", "published_at", "publisher"]
    change_form_outer_after_template = "members/admin/_terms.html"
    actions_detail = ["publish", "edit"]

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
        newest = Terms.objects.first()
        return self._draft(request, newest, None)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        terms = self.get_object(request, object_id) if object_id else None
        if terms is not None and self.has_view_permission(request, terms):
            context["texts"] = [
                (_("In Dutch"), blocks_of(terms.text_nl)),
                (_("In English"), blocks_of(terms.text_en)),
            ]
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return response

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        terms = self.get_object(request, str(object_id))
        if terms is None or terms.published_at is not None:
            return []
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return buttons

    @display(description=gettext_lazy("state"), label={"draft": "warning", "published": "success"})
    def state(self, terms: Terms) -> tuple[str, str]:
        if terms.published_at is None:
            return "draft", _("draft")
        return "published", _("published")

    @display(description=gettext_lazy("published by"))
    def publisher(self, terms: Terms) -> str:
        return terms.published_by.get_full_name() if terms.published_by else "–"

    @display(description=gettext_lazy("state"))
    def state_in_words(self, terms: Terms) -> str:
        words: str = self.state(terms)[1]
        return words

    @action(
        description=gettext_lazy("Publish"),
        url_path="publish",
        permissions=["members.publish_terms"],
        icon="publish",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms = found(self, Terms, request, object_id)

        def act(answers: dict[str, Any]) -> str:  # noqa: ARG001
            publish_terms(terms_id=terms.pk, staff_id=int(request.user.pk or 0), now=timezone.now())
            return _("Terms %(version)s are in force") % {"version": terms}

        back = reverse("admin:members_terms_change", args=[terms.pk])
        return ask(self, request, terms, PUBLISH, act=act, back=back)

    @action(
        description=gettext_lazy("Edit the draft"),
        url_path="edit",
        permissions=["members.change_terms"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms = found(self, Terms, request, object_id)
        return self._draft(request, terms, terms)

    def _draft(
        self, request: HttpRequest, pattern: Terms | None, draft: Terms | None
    ) -> HttpResponse:
        """Ask for the texts and keep them as a draft; a new one begins as the newest version."""
        initial = {"text_nl": pattern.text_nl, "text_en": pattern.text_en} if pattern else {}
        form = TermsForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                terms = draft_terms(
                    **form.cleaned_data,
                    terms_id=draft.pk if draft else None,
                    staff_id=int(request.user.pk or 0),
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The draft was saved"))
                return redirect("admin:members_terms_change", terms.pk)
        back = reverse("admin:members_terms_changelist")
        return question_page(self, request, DRAFT, form, obj=draft, back=back)
