"""One page, one program: middleware that spares a page reading it anew for each of its parts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from points.program_cache import one_program

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
