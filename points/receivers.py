"""What this room does when a room below announces."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from members.signals import member_joined
from points.actions.adjustment import give_welcome_bonus


@receiver(member_joined)
def welcome(member_id: int, **_: Any) -> None:
    give_welcome_bonus(member_id=member_id, now=timezone.now())
