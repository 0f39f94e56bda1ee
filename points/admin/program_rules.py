"""The earning rules of a draft, one by one: added, changed, taken out."""

import copy
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from members.admin.buttons import Question, ask
from members.admin.reader import staff_of
from members.admin.traces import Done, TracedPage
from members.refusals import Refusal
from points.actions.publication import save_draft
from points.admin.program_text import as_toml
from points.admin.rule_form import RuleForm, answers_of
from points.models import ProgramVersion
from points.program_cache import rules_of
from points.program_file import ProgramFileError
from points.reports.rule_words import rule_sentence

CHANGE = "points.change_programversion"


def rule_rows(version: ProgramVersion) -> list[dict[str, str]]:
    """Return each rule of a draft in words, and where it is changed or taken out."""
    rules = rules_of(version)
    return [
        {
            "words": rule_sentence(rules, rule),
            "change": reverse("admin:points_rule_change", args=[version.pk, rule.number]),
            "drop": reverse("admin:points_rule_drop", args=[version.pk, rule.number]),
        }
        for rule in rules.earning_rules
    ]


def rule_page(
    page: TracedPage, request: HttpRequest, version: ProgramVersion, number: int | None
) -> HttpResponse:
    """Ask for a rule, new or as it is, and save the draft with it."""
    _check_may(request, version)
    rules = _listed(version)
    if number is not None and not 1 <= number <= len(rules):
        raise Http404
    first = {"seen": version.digest} | (answers_of(rules[number - 1]) if number else {})
    tiers = version.rules["tiers"]["tier"]
    form = RuleForm(tiers, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        rule = form.rule()
        changed = [*rules[: number - 1], rule, *rules[number:]] if number else [*rules, rule]
        if _saved(page, request, version, form, changed):
            return redirect("admin:points_programversion_change", version.pk)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": version,
        "title": _("An earning rule") if number is None else _("Change an earning rule"),
        "form": form,
        "back": reverse("admin:points_programversion_change", args=[version.pk]),
    }
    return TemplateResponse(request, "points/admin/rule.html", context)


def _saved(
    page: TracedPage,
    request: HttpRequest,
    version: ProgramVersion,
    form: RuleForm,
    rules: list[dict[str, Any]],
) -> bool:
    """Save the draft with these rules; what does not hold is said beside its field."""
    try:
        saved = _save(request, version, form.cleaned_data["seen"], rules)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    except ProgramFileError as error:
        for fault in error.faults:
            _tell(form, fault)
    else:
        words = _("Rule saved: %(name)s") % {"name": form.cleaned_data[_name()]}
        page.record(request, saved, Done(words))
        return True
    return False


def _save(
    request: HttpRequest, version: ProgramVersion, seen: str, rules: list[dict[str, Any]]
) -> ProgramVersion:
    program = copy.deepcopy(version.rules)
    program["earning"]["rule"] = rules
    return save_draft(
        toml=as_toml(program),
        draft_id=version.pk,
        seen=seen,
        staff_id=staff_of(request).pk,
        now=timezone.now(),
    )


def _tell(form: RuleForm, fault: str) -> None:
    """Put a fault of the file beside the field of its key: `earning.rule 2, pay: …`."""
    where, _colon, what = fault.partition(": ")
    key = where.rpartition(", ")[2]
    form.add_error(key if key in form.fields else None, what if key in form.fields else fault)


class DropForm(forms.Form):
    """Which draft was seen."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


def drop_page(
    page: TracedPage, request: HttpRequest, version: ProgramVersion, number: int
) -> HttpResponse:
    """Ask once, then take a rule out of the draft."""
    _check_may(request, version)
    rules = _listed(version)
    if not 1 <= number <= len(rules):
        raise Http404
    rule = rules_of(version).earning_rules[number - 1]

    def act(answers: dict[str, Any]) -> str:
        left = rules[: number - 1] + rules[number:]
        _save(request, version, answers["seen"], left)
        return _("Rule taken out: %(name)s") % {"name": getattr(rule, _name())}

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=version.digest)
    question = Question(
        title=gettext_lazy("Take this rule out of the draft"),
        text=rule_sentence(rules_of(version), rule),
        submit=gettext_lazy("Take it out"),
        form=type("Seen", (DropForm,), {"seen": seen}),
    )
    back = reverse("admin:points_programversion_change", args=[version.pk])
    return ask(page, request, version, question, act=act, back=back)


def _check_may(request: HttpRequest, version: ProgramVersion) -> None:
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    if version.is_published:
        raise Http404


def _listed(version: ProgramVersion) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = list(version.rules["earning"].get("rule", ()))
    return rules


def _name() -> str:
    return "name_en" if get_language() == "en" else "name_nl"
