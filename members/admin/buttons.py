"""Buttons: a question with its reason, one action, and a row that says who did it and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from members.admin.traces import Done, TracedPage
from members.refusals import Refusal

Words = str | Promise
Row = TypeVar("Row", bound=Model)
Act = Callable[[dict[str, Any]], Done | str]


class ReasonForm(forms.Form):
    """Asks why; the answer stands in the history for good."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Colleagues read this later. No personal details, please."),
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What the page of a button says before anything happens."""

    title: Words
    text: Words
    submit: Words
    form: type[forms.Form] = ReasonForm
    is_final: bool = False


def ask(
    page: TracedPage, request: HttpRequest, obj: Model, question: Question, *, act: Act, back: str
) -> HttpResponse:
    """
    Show the question; once it is answered, act, record it and go back.

    `act` makes one call and returns what was done, in words or with the values it changed; its
    Refusal is shown beside the form.
    """
    form = question.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = _acted(page, request, obj, form, act)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    return question_page(page, request, question, form, obj=obj, back=back)


def question_page(
    page: ModelAdmin,
    request: HttpRequest,
    question: Question,
    form: forms.Form,
    *,
    obj: Model | None = None,
    back: str,
) -> TemplateResponse:
    """Show a question; about a row, or about one that is still to be made."""
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        **({"original": obj} if obj is not None else {}),
        "title": question.title,
        "question": question,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "members/admin/question.html", context)


def found(page: ModelAdmin, model: type[Row], request: HttpRequest, object_id: str) -> Row:
    """Return the row a button is for, or say that there is none."""
    obj = page.get_object(request, object_id)
    if not isinstance(obj, model):
        raise Http404
    return obj


@transaction.atomic
def _acted(page: TracedPage, request: HttpRequest, obj: Model, form: forms.Form, act: Act) -> str:
    done = act(form.cleaned_data)
    page.record(request, obj, done, form.cleaned_data.get("reason", ""))
    return done.words if isinstance(done, Done) else done
