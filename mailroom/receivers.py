"""What this room does when something was announced."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, user_logged_in
from anymail.signals import AnymailTrackingEvent, pre_send, tracking
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _text

from mailroom.actions.consent_letters import post_consent_question
from mailroom.actions.joining_letters import post_admission, post_invitation
from mailroom.actions.mail_news import News, act_on_news
from mailroom.actions.restoring import (
    doubt_letters_of_then,
    replay_addresses_without_mail,
    replay_letters,
    replay_mailings,
)
from mailroom.actions.suppression import NotAnAddress, lift_proven_address
from mailroom.kinds import Kind
from mailroom.mail_event import NAME, about_of, moment_of, on_one_line, what_happened
from mailroom.reports.own_kinds import KINDS
from mailroom.reports.restoring import addresses_without_mail, letters_since, mailings_since
from mailroom.signals import letter_posted, letters_offered, mailing_started
from mailroom.tasks import WORTH_A_KNOCK, deliver, mail_on
from members.models import User
from members.signals import (
    consent_asked,
    database_restored,
    member_admitted,
    member_invited,
    replacement_considered,
)

Rows = list[dict[str, Any]]

log = structlog.get_logger("klaver.mail_provider")


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


@receiver(mailing_started)
def mail_at_once(**_: Any) -> None:
    mail_on.apply_async(expires=WORTH_A_KNOCK)


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


@receiver(letters_offered)
def offer_letters(**_: Any) -> tuple[Kind, ...]:
    return KINDS


@receiver(pre_send)
def carry_our_number(message: EmailMessage, **_: Any) -> None:
    """Let a provider name our message by our own number, which it tells again with its news."""
    about = about_of({}, message.extra_headers.get("Message-ID"))
    if about is not None:
        told = {**getattr(message, "metadata", {}), NAME: f"{about.kind}-{about.number}"}
        vars(message)["metadata"] = told


@receiver(tracking)
def hear_from_the_provider(event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    now = timezone.now()
    try:
        act_on_news(news=news_of(event, esp_name, now), now=now)
    except NotAnAddress:
        log.info("news about no address", provider=esp_name, event_type=event.event_type)


@receiver(user_logged_in)
def trust_an_address_that_read_a_code(request: HttpRequest, user: User, **_: Any) -> None:
    """Who logs in by a code from a mailbox shows that mail arrives there."""
    records = get_authentication_records(request, user)
    if records and records[-1]["method"] == "code":
        lift_proven_address(email=records[-1].get("email") or user.email, now=timezone.now())


@receiver(email_confirmed)
def trust_an_address_that_was_confirmed(email_address: EmailAddress, **_: Any) -> None:
    lift_proven_address(email=email_address.email, now=timezone.now())


def news_of(event: AnymailTrackingEvent, provider: str, now: datetime) -> News:
    """Put what a provider tells into our own words; whatever it holds, it can be kept."""
    facts = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    name = event.event_id or f"{event.event_type} {event.message_id}"
    return News(
        happened=what_happened(event.event_type, event.reject_reason, facts),
        address=event.recipient if isinstance(event.recipient, str) else "",
        at=moment_of(event.timestamp, now),
        said=on_one_line(event.mta_response or event.description or event.reject_reason or ""),
        event=on_one_line(f"{provider} {name}"),
        about=about_of(metadata, event.message_id),
    )
