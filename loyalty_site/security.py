"""Middleware that guards pages: content policy, staff's second factor, nothing left on a device."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponse]
ADMIN_POLICY = {
    # Unfold's Alpine evaluates expressions and sets styles.
    "script-src": [SELF, NONCE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
WORKING_DAY = 12 * 60 * 60
"""Seconds for which a second factor opens the back office."""


def in_back_office(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


class ContentSecurityPolicy(CSPMiddleware, MiddlewareMixin):
    """A strict policy everywhere, with what the admin theme needs in the back office alone."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only=report_only)
        if in_back_office(request):
            parts.replace = ADMIN_POLICY
        return parts


def second_factor_for_staff(get_response: Answer) -> Answer:
    """Let nobody into the back office without a second factor used in this session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not in_back_office(request):
            return get_response(request)
        return _way_around(request) or get_response(request)

    return middleware


def _way_around(request: HttpRequest) -> HttpResponse | None:
    """Where somebody must go first; None for staff who may pass."""
    if not request.user.is_authenticated:
        return _come_back(request, reverse("account_login"))
    if not request.user.is_staff:
        raise PermissionDenied
    if not is_mfa_enabled(request.user, SECOND_FACTORS):
        messages.info(request, _("The back office asks for a second factor; set one up first."))
        return redirect("mfa_activate_totp")
    if not _used_second_factor(request):
        return _come_back(request, reverse("mfa_reauthenticate"))
    return None


def _used_second_factor(request: HttpRequest) -> bool:
    since = time.time() - WORKING_DAY
    return any(
        record["method"] == "mfa" and record["at"] > since
        for record in get_authentication_records(request, request.user)
    )


def _come_back(request: HttpRequest, address: str) -> HttpResponse:
    # What was posted is not kept: its page asks for it again.
    page = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return redirect(f"{address}?{urlencode({'next': page})}")


def nothing_left_behind(get_response: Answer) -> Answer:
    """
    Let a device forget the card once its member has logged out.

    The service worker forgets it too; this reaches a page that no worker stood behind. Staff
    keep what the back office remembers of them: its light or dark.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path != reverse("account_logout"):
            return get_response(request)
        is_staff = request.user.is_authenticated and request.user.is_staff
        response = get_response(request)
        if not is_staff:
            response.headers["Clear-Site-Data"] = '"storage"'
        return response

    return middleware
