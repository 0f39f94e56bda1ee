"""The handbook, read in the back office beside the work it explains."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language

from loyalty_site.handbook import CHAPTERS, chapter_named, text_of


def read_handbook(request: HttpRequest, key: str = CHAPTERS[0].key) -> HttpResponse:
    """Show a chapter in the reader's language; all who work here may read all of them."""
    chapter = chapter_named(key)
    if chapter is None:
        raise Http404
    language = "en" if (get_language() or "nl").startswith("en") else "nl"
    context = {
        **admin.site.each_context(request),
        "title": chapter.title,
        "chapter": chapter,
        "chapters": CHAPTERS,
        "text": text_of(chapter.key, language),
    }
    return TemplateResponse(request, "loyalty_site/admin/handbook.html", context)


handbook = admin.site.admin_view(read_handbook)
