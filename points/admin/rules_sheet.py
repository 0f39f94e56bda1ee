"""The rules of the program on one page, for the wall behind the counter."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from members.models import Branding
from points.actions.receipts import CLAIM_DAYS
from points.program_cache import current_program
from points.reports.counter_words import answers
from points.reports.program_words import upcoming_words, words_of


@require_safe
def rules_sheet(request: HttpRequest) -> HttpResponse:
    """Show the version in force, in Dutch or English, to be printed on one A4."""
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(language):
        answer = TemplateResponse(
            request, "points/admin/rules_sheet.html", _facts(request, language or "nl")
        )
        # Rendered in the language of the sheet, not in that of who prints it.
        return answer.render()


def _facts(request: HttpRequest, language: str) -> dict[str, object]:
    now = timezone.now()
    program = current_program()
    rules = program.at(now)
    return {
        **admin.site.each_context(request),
        "language": language,
        "languages": [
            (code, translation.get_language_info(code)["name_local"])
            for code, _name in settings.LANGUAGES
        ],
        "brand": Branding.current(),
        "rules": rules,
        "words": words_of(rules, now) if rules else None,
        "answers": answers(rules, claim_days=CLAIM_DAYS) if rules else [],
        "upcoming": upcoming_words(program, now)[:1],
        "today": timezone.localdate(),
    }
