"""What of the post must outlive a database being replaced by an older one."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from mailroom.models import Delivery, Letter, Mailing, Suppression

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


def mailings_since(*, using: str, made_at: datetime) -> list[dict[str, Any]]:
    """
    Mailings that were not over by then, and whose mails have left, or may have, ever since.

    A row each: the mailing's key, and for `sent` and `unknown` the members and occurrences.
    """
    not_over = Mailing.objects.using(using).filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=made_at)
    )
    return [
        {"key": mailing.key, "left": _left_since(mailing.pk, using, made_at)}
        for mailing in not_over.order_by("pk")
    ]


def _left_since(mailing_id: int, using: str, made_at: datetime) -> dict[str, dict[str, list[Any]]]:
    left = Delivery.objects.using(using).filter(mailing=mailing_id, left_at__gte=made_at)
    told: dict[str, dict[str, list[Any]]] = {
        state: {"members": [], "occurrences": []}
        for state in (Delivery.State.SENT.value, Delivery.State.UNKNOWN.value)
    }
    rows = left.values_list("member_id", "occurrence", "state").order_by("pk")
    for member_id, occurrence, state in rows.iterator():
        # A mail that the server refused has left nobody; one on its way may have arrived.
        if state in {Delivery.State.SENT, Delivery.State.SENDING, Delivery.State.UNKNOWN}:
            known = state if state in told else Delivery.State.UNKNOWN.value
            told[known]["members"].append(member_id)
            told[known]["occurrences"].append(occurrence)
    return told
