"""Addresses that get no mail any more."""

from datetime import datetime

from django.db import transaction

from mailroom.models import Suppression

LONGEST_DETAIL = 300


@transaction.atomic
def suppress_address(
    *, email: str, cause: Suppression.Cause, detail: str, now: datetime
) -> Suppression:
    """Write to this address no more; asked again for the same cause, it stands as it was."""
    held, _is_new = Suppression.objects.in_force().get_or_create(
        email=email.lower(),
        cause=cause,
        lifted_at=None,
        defaults={"since": now, "detail": detail[:LONGEST_DETAIL]},
    )
    return held
