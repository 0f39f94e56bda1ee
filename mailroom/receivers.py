"""What this room does when something was announced."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from mailroom.actions.joining_letters import post_admission, post_invitation
from mailroom.kinds import Kind
from mailroom.reports.own_kinds import KINDS
from mailroom.signals import letter_posted, letters_offered
from mailroom.tasks import WORTH_A_KNOCK, deliver
from members.signals import member_admitted, member_invited


@receiver(member_invited)
def write_to_the_invited(invitation_id: int, **_: Any) -> None:
    post_invitation(invitation_id=invitation_id, now=timezone.now())


@receiver(member_admitted)
def write_to_the_admitted(member_id: int, **_: Any) -> None:
    post_admission(member_id=member_id, now=timezone.now())


@receiver(letter_posted)
def send_at_once(**_: Any) -> None:
    deliver.apply_async(expires=WORTH_A_KNOCK)


@receiver(letters_offered)
def offer_letters(**_: Any) -> tuple[Kind, ...]:
    return KINDS
