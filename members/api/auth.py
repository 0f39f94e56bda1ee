"""Who asks: a client by its key, for what its scopes allow, as often as it may."""

import logging
import time
from dataclasses import dataclass
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from redis.exceptions import RedisError

from members.actions.api_clients import note_use
from members.api.errors import ApiError
from members.api_keys import digest_of
from members.models import ApiClient, ApiKey, Scope

MOST_CHARACTERS = 100
MINUTE = 60
logger = logging.getLogger("klaver.api")


@dataclass(frozen=True, slots=True)
class Caller:
    """The client behind a request."""

    client: ApiClient
    key: ApiKey

    @property
    def actor(self) -> str:
        """How the ledger names who did it."""
        return f"api:{self.client.pk}"


class Key(HttpBearer):
    """`Authorization: Bearer <key>`, of a client with the scope that this endpoint asks."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        caller: Caller | None = super().__call__(request)
        if caller is None:
            raise ApiError(
                401,
                "no_key",
                _("Send your API key: Authorization: Bearer <key>."),
                headers={"WWW-Authenticate": "Bearer"},
            )
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller:  # noqa: ARG002
        key = _key(token)
        if key is None:
            raise ApiError(
                401,
                "unknown_key",
                _("This API key is not known, or has ended."),
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        _count(key.client)
        if self.scope not in key.client.may:
            raise ApiError(
                403,
                "missing_scope",
                _("This client may not do this; it needs the scope %(scope)s.")
                % {"scope": self.scope.value},
                {"scope": self.scope.value},
            )
        note_use(key=key, now=timezone.now())
        return Caller(key.client, key)


class Asked(HttpRequest):
    """What a `Key` lets through."""

    auth: Caller


def caller_of(request: HttpRequest) -> Caller:
    """Return who asks; on an endpoint behind a `Key`."""
    return cast("Asked", request).auth


def _key(token: str) -> ApiKey | None:
    if not token.isascii() or len(token) > MOST_CHARACTERS:
        return None
    try:
        key = ApiKey.objects.select_related("client__source").get(digest=digest_of(token))
    except ApiKey.DoesNotExist:
        return None
    return key if key.is_live(timezone.now()) else None


def _counted(bucket: str) -> int:
    """Count one more; nothing where there is no counter, so that tills go on."""
    try:
        return _next(bucket)
    except (ValueError, RedisError):
        logger.exception("requests are not being counted")
        return 0


def _next(bucket: str) -> int:
    try:
        return cache.incr(bucket)
    except ValueError:
        # The first of the minute; of those that come together one adds and all count.
        cache.add(bucket, 0, 2 * MINUTE)
    return cache.incr(bucket)


def _count(client: ApiClient) -> None:
    """Count this request in the client's minute."""
    now = time.time()
    asked = _counted(f"api:{client.pk}:{int(now // MINUTE)}")
    if asked > client.a_minute:
        wait = MINUTE - int(now % MINUTE)
        raise ApiError(
            429,
            "too_many_requests",
            _("This client may ask %(limit)s times a minute; wait %(seconds)s seconds.")
            % {"limit": client.a_minute, "seconds": wait},
            {"limit": client.a_minute, "retry_after": wait},
            {"Retry-After": str(wait)},
        )
