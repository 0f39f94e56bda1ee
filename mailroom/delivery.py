"""Handing letters to the mail server, and hearing what it says."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import (
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from time import monotonic

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from mailroom.actions.sending import (
    claim_letter,
    doubt_abandoned_letters,
    put_back,
    record_in_doubt,
    record_refused,
    record_sent,
)
from mailroom.models import Letter

A_RUN = 500
"""Letters a run; what is left is the next run's."""
FOR_GOOD = 500
CLOSING = 421

log = structlog.get_logger("klaver.letters")


class MailServerRefusesUsError(Exception):
    """The server takes nothing from us at all; says why."""


@dataclass(slots=True)
class Delivered:
    """What a run did."""

    sent: int = 0
    refused: int = 0
    in_doubt: int = 0


def deliver_letters(*, now: datetime, most: int = A_RUN) -> Delivered:
    """
    Send what waits, each letter once, however many do this at the same time.

    The claim is committed before a letter leaves and the outcome after it. What is refused
    for now is tried again later, what is refused for good has failed, and where the line
    broke nobody knows. Raises, with nothing lost, if the server cannot be reached.
    """
    began = monotonic()
    done = Delivered(in_doubt=doubt_abandoned_letters(now=now))
    if not Letter.objects.due(now).exists():
        return done
    connection: BaseEmailBackend = get_connection()
    connection.open()
    try:
        for _ in range(most):
            moment = now + timedelta(seconds=monotonic() - began)
            letter = claim_letter(now=moment)
            if letter is None or not _deliver(letter, connection, moment, done):
                break
    finally:
        # A line that broke cannot be hung up politely.
        with suppress(OSError):
            connection.close()
    return done


def _deliver(letter: Letter, connection: BaseEmailBackend, now: datetime, done: Delivered) -> bool:
    """Send one letter, write down what became of it, and tell whether the line still holds."""
    try:
        connection.send_messages([message_of(letter)])
    except SMTPSenderRefused as error:
        # It would refuse every other letter as well.
        why = _words(error.smtp_code, error.smtp_error)
        put_back(letter=letter, why=why)
        raise MailServerRefusesUsError(why) from error
    except SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return _refused(letter, code, words, now, done)
    except SMTPResponseException as error:
        return _refused(letter, error.smtp_code, error.smtp_error, now, done)
    except OSError as error:
        record_in_doubt(letter=letter, why=f"{type(error).__name__}: {error}")
        log.warning("the line broke", letter_id=letter.pk, exc_info=error)
        done.in_doubt += 1
        return False
    record_sent(letter=letter, now=now)
    done.sent += 1
    return True


def _refused(letter: Letter, code: int, words: bytes | str, now: datetime, done: Delivered) -> bool:
    why = _words(code, words)
    record_refused(letter=letter, why=why, may_pass=code < FOR_GOOD, now=now)
    log.warning("a letter was refused", letter_id=letter.pk, why=why)
    done.refused += 1
    return code != CLOSING


def _words(code: int, words: bytes | str) -> str:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(said.split())}"


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """Make a message that stays the same letter, however often it is sent."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[letter.to],
        headers={
            "Message-ID": f"<letter-{letter.pk}@{sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
        },
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message
