"""Whom a till means: by the number of a card, or by the number a source has for a member."""

from collections.abc import Collection
from datetime import datetime

from members.models import Card, ExternalId

Holder = tuple[int, datetime | None]
"""A member's id, and since when that card is blocked."""


def holders_of(numbers: Collection[str], source_id: int) -> dict[str, Holder]:
    """Find the members behind numbers, in two statements however many there are."""
    cards = Card.objects.filter(number__in=numbers)
    found: dict[str, Holder] = {
        number: (member, blocked_at)
        for number, member, blocked_at in cards.values_list("number", "member_id", "blocked_at")
    }
    rest = [number for number in numbers if number not in found]
    if rest:
        known = ExternalId.objects.filter(source_id=source_id, key__in=rest)
        found |= {key: (member, None) for key, member in known.values_list("key", "member_id")}
    return found
