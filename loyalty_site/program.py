"""One page, one program: read once for all parts of a page; and what it is called."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from members.models import Branding
from points.program_cache import current_program, one_program

Answer = Callable[[HttpRequest], HttpResponse]
READING = {"GET", "HEAD"}


def one_program_a_page(get_response: Answer) -> Answer:
    """Let a page that only reads see the program as it was when it first asked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return get_response(request)
        with one_program():
            return get_response(request)

    return middleware


def program_name(branding: Branding, now: datetime) -> str:
    """Return what the business calls its program, or what the program in force calls itself."""
    if branding.name:
        return branding.name
    rules = current_program().at(now)
    return rules.name if rules else str(branding)
