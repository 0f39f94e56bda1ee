"""What this room does when something was announced."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _text

from mailroom.actions.consent_letters import post_consent_question
from mailroom.actions.joining_letters import post_admission, post_invitation
from mailroom.actions.restoring import (
    doubt_letters_of_then,
    replay_addresses_without_mail,
    replay_letters,
    replay_mailings,
)
from mailroom.reports.restoring import addresses_without_mail, letters_since, mailings_since
from mailroom.signals import letter_posted
from mailroom.tasks import WORTH_A_KNOCK, deliver
from members.signals import (
    consent_asked,
    database_restored,
    member_admitted,
    member_invited,
    replacement_considered,
)

Rows = list[dict[str, Any]]


@receiver(member_invited)
def write_to_the_invited(invitation_id: int, **_: Any) -> None:
    post_invitation(invitation_id=invitation_id, now=timezone.now())


@receiver(member_admitted)
def write_to_the_admitted(member_id: int, **_: Any) -> None:
    post_admission(member_id=member_id, now=timezone.now())


@receiver(consent_asked)
def ask_the_mailbox(request_id: int, **_: Any) -> None:
    post_consent_question(request_id=request_id, now=timezone.now())


@receiver(letter_posted)
def send_at_once(**_: Any) -> None:
    deliver.apply_async(expires=WORTH_A_KNOCK)


@receiver(replacement_considered)
def carry_letters(using: str, made_at: datetime, **_: Any) -> tuple[str, Rows]:
    return "letters", letters_since(using=using, made_at=made_at)


@receiver(replacement_considered)
def carry_addresses(using: str, **_: Any) -> tuple[str, Rows]:
    return "addresses", addresses_without_mail(using=using)


@receiver(replacement_considered)
def carry_mailings(using: str, made_at: datetime, **_: Any) -> tuple[str, Rows]:
    return "mailings", mailings_since(using=using, made_at=made_at)


@receiver(database_restored)
def keep_mailings(carried: Mapping[str, Rows], now: datetime, **_: Any) -> str:
    doubted = replay_mailings(rows=carried.get("mailings", []), now=now)
    return _text("Mailings are paused; of %(doubted)s mails nobody knows whether they left.") % {
        "doubted": doubted
    }


@receiver(database_restored)
def keep_the_post(carried: Mapping[str, Rows], **_: Any) -> str:
    """What is known to have left is put right first; of the rest that waited nobody knows."""
    known = replay_letters(letters=carried.get("letters", []))
    doubted = doubt_letters_of_then()
    held = replay_addresses_without_mail(rows=carried.get("addresses", []))
    return _text(
        "%(known)s letters are known to have left since, of %(doubted)s nobody knows, and "
        "%(held)s addresses are held back again."
    ) % {"known": known, "doubted": doubted, "held": held}
