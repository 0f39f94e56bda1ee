"""Which language a page speaks: the cookie's, else the login's, else the browser's."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponse]


def member_language(get_response: Answer) -> Answer:
    """Choose the language before any text is made, and say which in the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = _chosen(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = get_response(request)
            response.headers.setdefault("Content-Language", chosen)
            return response

    return middleware


def _chosen(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if cookie in dict(settings.LANGUAGES):
        return cookie
    if request.user.is_authenticated:
        return request.user.language
    return translation.get_language_from_request(request)
