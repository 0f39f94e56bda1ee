"""What this room does when it or a room below announces."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from mailroom.kinds import Kind
from mailroom.signals import letters_offered
from rewards.actions.turn_letters import post_turn
from rewards.reports.mail_kinds import KINDS
from rewards.signals import reward_returned


@receiver(reward_returned)
def tell_whose_turn_it_is(place_id: int, **_: Any) -> None:
    post_turn(place_id=place_id, now=timezone.now())


@receiver(letters_offered)
def offer_letters(**_: Any) -> tuple[Kind, ...]:
    return KINDS
