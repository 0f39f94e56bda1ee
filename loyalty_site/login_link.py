"""A way in for staff when no mail goes out: a link that opens once, for ten minutes."""

import secrets

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.utils import perform_login
from django.core import signing
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from members.models import User

MINUTES = 10
SALT = "loyalty_site.login_link"


def link_token(user: User) -> str:
    """Return what proves that the machine's keeper let this user in."""
    return signing.dumps([user.pk, secrets.token_urlsafe(16)], salt=SALT)


@sensitive_variables("token")
def staff_of(token: str, *, spend: bool) -> User | None:
    """Return the user a token lets in, once if it is spent; None if it is stale, used or forged."""
    try:
        user_id, once = signing.loads(token, salt=SALT, max_age=MINUTES * 60)
    except signing.BadSignature:
        return None
    key = f"login-link:{once}"
    if cache.get(key) or (spend and not cache.add(key, "used", timeout=MINUTES * 60)):
        return None
    return User.objects.filter(pk=user_id, is_staff=True, is_active=True).first()


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("token")
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let staff in by a printed link; the second factor is asked as ever."""
    is_answer = request.method == "POST"
    user = staff_of(token, spend=is_answer)
    if user is None:
        raise Http404
    if not is_answer:
        # A look-ahead by the browser must not use the link up.
        return render(request, "loyalty_site/login_link.html", {"staff": user})
    response: HttpResponse = perform_login(
        request,
        user,
        email_verification=EmailVerificationMethod.NONE,
        redirect_url=reverse("admin:index"),
    )
    return response
