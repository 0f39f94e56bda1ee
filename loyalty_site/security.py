"""Middleware that guards pages: content security policy, and the second factor of staff."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

Answer = Callable[[HttpRequest], HttpResponse]
ADMIN_POLICY = {
    # Unfold's Alpine evaluates expressions and sets styles.
    "script-src": [SELF, NONCE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}


def in_back_office(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


class ContentSecurityPolicy(CSPMiddleware, MiddlewareMixin):
    """A strict policy everywhere, with what the admin theme needs in the back office alone."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if in_back_office(request):
            response._csp_replace = ADMIN_POLICY  # noqa: SLF001
        return super().process_response(request, response)


def second_factor_for_staff(get_response: Answer) -> Answer:
    """Let nobody into the back office without a second factor used in this session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not in_back_office(request):
            return get_response(request)
        user = request.user
        if not user.is_authenticated:
            login = reverse("account_login")
            return redirect(f"{login}?{urlencode({'next': request.get_full_path()})}")
        if user.is_staff and not is_mfa_enabled(user):
            return redirect("mfa_activate_totp")
        return get_response(request)

    return middleware
