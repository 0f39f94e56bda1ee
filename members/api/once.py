"""A request with an `Idempotency-Key` is carried out once; sent again it gets the same bytes."""

import hmac
import json
import re
from collections.abc import Callable
from hashlib import blake2b, sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from members.actions.sent_requests import keep_answer
from members.api.auth import Caller
from members.api.errors import ApiError
from members.models import SentRequest

Answer = tuple[int, BaseModel]
KEY = r"^[\x21-\x7e]{1,64}$"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Your own key of 1 to 64 visible ASCII characters. Sent again with the same "
    "content, the answer is the same to the byte, for ever.",
    "schema": {"type": "string", "pattern": KEY, "maxLength": 64},
    "example": "9f1c2d34-till3-000187",
}
"""The header as the OpenAPI document has it."""
RETRY_SECONDS = 1


def once(
    *, caller: Caller, route: str, key: str, body: BaseModel, do: Callable[[], Answer]
) -> HttpResponse:
    """
    Carry a request out and keep its answer, all in one transaction; or repeat the answer.

    A refusal keeps nothing, so that the same key may be used again. Answers 409
    while the same key is being carried out, and 409 for another content, naming what differs.
    """
    content = fingerprints(body)
    with transaction.atomic():
        _hold(caller, route, key)
        earlier = SentRequest.objects.filter(client=caller.client, route=route, key=key).first()
        if earlier is not None:
            return _again(earlier, content)
        status, answer = do()
        text = answer.model_dump_json()
        keep_answer(
            client_id=caller.client.pk,
            route=route,
            key=key,
            content=content,
            status=status,
            answer=text,
            now=timezone.now(),
        )
    return _as_json(text, status)


def idempotency_key(request: HttpRequest) -> str:
    """Return the key that came along; answers 400 where none did that can be kept."""
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(KEY, key):
        raise ApiError(
            400,
            "no_idempotency_key",
            _(
                "Send an Idempotency-Key of your own, 1 to 64 visible characters, so that this can "
                "be sent again safely."
            ),
        )
    return key


def fingerprints(body: BaseModel) -> dict[str, str]:
    """Digest each field under the site's own key: enough to tell them apart, not to read them."""
    secret = settings.SECRET_KEY.encode()
    fields: dict[str, Any] = json.loads(body.model_dump_json(exclude_unset=True))
    return {
        name: hmac.new(secret, json.dumps(value, sort_keys=True).encode(), sha256).hexdigest()[:32]
        for name, value in sorted(fields.items())
    }


def _hold(caller: Caller, route: str, key: str) -> None:
    name = f"{caller.client.pk}/{route}/{key}".encode()
    number = int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (number,))
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise ApiError(
            409,
            "still_running",
            _("The same request is being carried out right now; send it again in a second."),
            {"retry_after": RETRY_SECONDS},
            {"Retry-After": str(RETRY_SECONDS)},
        )


def _again(earlier: SentRequest, content: dict[str, str]) -> HttpResponse:
    if earlier.content != content:
        names = sorted(earlier.content.keys() | content.keys())
        differing = [name for name in names if earlier.content.get(name) != content.get(name)]
        raise ApiError(
            409,
            "other_content",
            _("This Idempotency-Key was used before with another %(fields)s.")
            % {"fields": ", ".join(differing)},
            {"different": differing},
        )
    return _as_json(earlier.answer, earlier.status)


def _as_json(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type="application/json; charset=utf-8", status=status)
