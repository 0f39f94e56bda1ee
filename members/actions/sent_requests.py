"""Keeping what was answered, beside what was done."""

from datetime import datetime

from django.db import transaction

from members.models import SentRequest


@transaction.atomic
def keep_answer(
    *,
    client_id: int,
    route: str,
    key: str,
    content: dict[str, str],
    status: int,
    answer: str,
    now: datetime,
) -> SentRequest:
    """Write down the answer to a request, in the transaction of what it did."""
    return SentRequest.objects.create(
        client_id=client_id,
        route=route,
        key=key,
        content=content,
        status=status,
        answer=answer,
        at=now,
    )
