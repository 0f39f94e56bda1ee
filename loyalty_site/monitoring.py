"""Telling Sentry what breaks, where a business wants that."""

from importlib import import_module

from django.core.exceptions import ImproperlyConfigured


def report_errors_to(dsn: str) -> None:
    """Send unexpected errors there, without personal data; needs the extra `sentry`."""
    try:
        sentry_sdk = import_module("sentry_sdk")
    except ModuleNotFoundError as error:
        message = "SENTRY_DSN is set but sentry-sdk is missing; install the extra `sentry`."
        raise ImproperlyConfigured(message) from error
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        # Tills and counters send codes, which are money, and staff what people told them.
        max_request_body_size="never",
    )
