"""What this room does when a room below announces."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from mailroom.facts import Fact
from mailroom.kinds import Kind
from mailroom.signals import facts_offered, facts_wanted, letters_offered, program_named
from members.actions.membership import note_points_left
from members.models import Member
from members.signals import departure_considered, member_joined, membership_changed
from points.actions.adjustment import give_welcome_bonus
from points.actions.service_letters import post_welcome
from points.program_cache import current_program
from points.reports.farewell import points_left, points_lost
from points.reports.mail_facts import OFFERED, mail_facts
from points.reports.mail_kinds import KINDS


@receiver(member_joined)
def welcome(member_id: int, **_: Any) -> None:
    now = timezone.now()
    give_welcome_bonus(member_id=member_id, now=now)
    post_welcome(member_id=member_id, now=now)


@receiver(departure_considered)
def say_what_is_lost(member_id: int, now: datetime, **_: Any) -> str:
    return points_lost(member_id, now)


@receiver(program_named)
def name_the_program(now: datetime, **_: Any) -> str:
    rules = current_program().at(now)
    return rules.name if rules else ""


@receiver(membership_changed)
def note_what_was_left(member_id: int, **_: Any) -> None:
    now = timezone.now()
    if Member.objects.filter(pk=member_id, status=Member.Status.CLOSED).exists():
        note_points_left(member_id=member_id, points=points_left(member_id, now))


@receiver(facts_offered)
def offer_facts(**_: Any) -> tuple[Fact, ...]:
    return OFFERED


@receiver(facts_wanted)
def tell_facts(
    member_ids: Collection[int], wanted: Collection[str], now: datetime, **_: Any
) -> dict[int, dict[str, str]]:
    return mail_facts(member_ids, wanted, now)


@receiver(letters_offered)
def offer_letters(**_: Any) -> tuple[Kind, ...]:
    return KINDS
