"""Drafting a program version: a file or its text, checked as a whole."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from members.admin.buttons import Question, question_page
from members.admin.reader import staff_of
from members.refusals import Refusal
from points.actions.publication import save_draft
from points.models import ProgramVersion
from points.program_file import ProgramFileError

MOST_BYTES = 100_000


class DraftForm(forms.Form):
    """A file where there is one, else the text."""

    toml = forms.CharField(
        label=gettext_lazy("Rules"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 28, "spellcheck": "false", "class": "staff-code"}
        ),
        help_text=gettext_lazy(
            "TOML, as in the documentation. For example: points_per_unit = 2 under [earning] "
            "gives members two points for every euro."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or upload a file"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("A chosen file replaces the text above."),
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        upload = answers.get("file")
        if upload:
            answers["toml"] = self._read(upload)
        elif not answers.get("toml", "").strip():
            self.add_error("toml", _("Paste the rules here or upload a file."))
        return answers

    def _read(self, upload: UploadedFile) -> str:
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError({"file": _("This file is too large for a program.")})
        try:
            text: str = upload.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError({"file": _("This file is not text in UTF-8.")}) from None
        return text


DRAFT = Question(
    title=gettext_lazy("Draft a program version"),
    text=gettext_lazy("A draft changes nothing for members until somebody publishes it."),
    submit=gettext_lazy("Save the draft"),
    form=DraftForm,
)


def edit_draft(
    page: ModelAdmin, request: HttpRequest, *, text: str, draft: ProgramVersion | None = None
) -> HttpResponse:
    """Ask for the rules and keep them as a draft; every fault is shown beside them."""
    form = DraftForm(request.POST or None, request.FILES or None, initial={"toml": text})
    if request.method == "POST" and form.is_valid():
        try:
            version = _saved(page, request, form.cleaned_data["toml"], draft)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        except ProgramFileError as error:
            for fault in error.faults:
                form.add_error("toml", fault)
        else:
            messages.success(request, _("The draft was saved"))
            return redirect("admin:points_programversion_change", version.pk)
    back = _back(draft)
    return question_page(page, request, DRAFT, form, obj=draft, back=back)


@transaction.atomic
def _saved(
    page: ModelAdmin, request: HttpRequest, toml: str, draft: ProgramVersion | None
) -> ProgramVersion:
    version = save_draft(
        toml=toml,
        draft_id=draft.pk if draft else None,
        staff_id=staff_of(request).pk,
        now=timezone.now(),
    )
    if draft is None:
        page.log_addition(request, version, _("Draft saved"))
    else:
        page.log_change(request, version, _("Draft changed"))
    return version


def _back(draft: ProgramVersion | None) -> str:
    if draft is None:
        return reverse("admin:points_programversion_changelist")
    return reverse("admin:points_programversion_change", args=[draft.pk])
