"""Where the mail provider tells what became of our mail."""

from collections.abc import Callable
from typing import Any

import structlog
from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import tracking
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

READERS: dict[str, Any] = {
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mailtrap": MailtrapTrackingWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError),
    *(AnymailError, ImproperlyConfigured, AssertionError),
)
"""What reading somebody else's words may raise; acting on them is outside of it."""

log = structlog.get_logger("klaver.mail_provider")


@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def mail_news(request: HttpRequest, provider: str) -> HttpResponse:
    """
    Take in what our own provider tells, and nobody else.

    401 without the secret, 400 for what cannot be read; what is about nobody we know is taken
    in and comes to nothing, so that it is not told again and again.
    """
    if provider != settings.EMAIL_PROVIDER or provider not in READERS:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    reader = READERS[provider]()
    try:
        _read(reader.run_validators, request)
        events = _read(reader.parse_events, request)
    except AnymailWebhookValidationFailure as failure:
        log.warning("a webhook without the secret was refused", why=str(failure))
        return _said("The secret is missing or wrong.", 401, {"WWW-Authenticate": "Basic"})
    except UnreadableError as failure:
        log.warning("a webhook could not be read", exc_info=failure)
        return _said("This is not what this provider sends.", 400)
    for event in events if reader.signal is tracking else ():
        tracking.send(sender=type(reader), event=event, esp_name=reader.esp_name)
    return _said("Thank you.", 200)


class UnreadableError(Exception):
    """Not what the provider sends."""


def _read(step: Callable[[HttpRequest], Any], request: HttpRequest) -> Any:  # noqa: ANN401
    try:
        return step(request)
    except AnymailWebhookValidationFailure:
        raise
    except UNREADABLE as error:
        raise UnreadableError from error


def _said(words: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(
        f"{words}\n", content_type="text/plain; charset=utf-8", status=status, headers=headers
    )
