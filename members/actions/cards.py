"""Issuing, blocking and replacing cards."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.card_number import new_card_number
from members.models import Card, Member
from members.refusals import Refusal

CARDS_A_MEMBER = 10


class CardIsBlocked(Refusal):
    code = "card_is_blocked"


class TooManyCards(Refusal):
    code = "too_many_cards"


@transaction.atomic
def issue_card(*, member_id: int, now: datetime) -> Card:
    """Give a member one more card; refuses more than ten that work."""
    Member.objects.lock(member_id)
    if Card.objects.active().filter(member_id=member_id).count() >= CARDS_A_MEMBER:
        raise TooManyCards(_("A member can have at most ten cards that work."))
    issue_cards(member_ids=[member_id], now=now)
    return Card.objects.filter(member_id=member_id).latest("id")


@transaction.atomic
def issue_cards(*, member_ids: Sequence[int], now: datetime) -> None:
    """Give each member a card, in as many statements as the draw of numbers needs."""
    waiting = list(member_ids)
    while waiting:
        drawn = {new_card_number(): member_id for member_id in waiting}
        taken = set(Card.objects.filter(number__in=drawn).values_list("number", flat=True))
        Card.objects.bulk_create(
            Card(number=number, member_id=member_id, issued_at=now)
            for number, member_id in drawn.items()
            if number not in taken
        )
        placed = {member_id for number, member_id in drawn.items() if number not in taken}
        waiting = [member_id for member_id in waiting if member_id not in placed]


@transaction.atomic
def block_card(*, card_id: int, reason: str, now: datetime) -> Card:
    """Block a lost card for good; refuses one that is blocked already."""
    Member.objects.lock(Card.objects.values_list("member_id", flat=True).get(pk=card_id))
    card = Card.objects.lock(card_id)
    if not card.is_active:
        raise CardIsBlocked(_("This card is blocked already."))
    card.blocked_at = now
    card.block_reason = reason.strip()
    card.save(update_fields=["blocked_at", "block_reason"])
    return card


@transaction.atomic
def replace_card(*, card_id: int, reason: str, now: datetime) -> Card:
    """Block a card and give its member a new one."""
    blocked = block_card(card_id=card_id, reason=reason, now=now)
    return issue_card(member_id=blocked.member_id, now=now)
