"""What of the post must outlive a database being replaced by an older one."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from mailroom.models import Letter, Suppression

KEPT = ("key", "to", "member_id", "language", "subject", "state", "posted_at", "sent_at")


def addresses_without_mail(*, using: str) -> list[dict[str, Any]]:
    held = Suppression.objects.using(using).in_force().order_by("pk")
    return [dict(row) for row in held.values("email", "cause", "since", "detail")]


def letters_since(*, using: str, made_at: datetime) -> list[dict[str, Any]]:
    """Letters that left, or may have, after that moment: about what, to whom and when."""
    left = Letter.objects.using(using).filter(
        Q(sent_at__gte=made_at) | Q(claimed_at__gte=made_at),
        state__in=[Letter.State.SENT, Letter.State.SENDING, Letter.State.UNKNOWN],
    )
    return [dict(row) for row in left.order_by("pk").values(*KEPT)]
