"""The local outbox as a page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mailroom.outbox import read_outbox

LETTERS = 50


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Show what would have been mailed; only while DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "mailroom/outbox.html", {"letters": read_outbox(LETTERS)})
