"""Handing letters to the mail server, and hearing what it says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog

from mailroom.actions.sending import (
    claim_letters,
    doubt_abandoned_letters,
    hold_back_letters,
    record_letters,
)
from mailroom.mail import Mail
from mailroom.models import Letter
from mailroom.outcome import Fate, MailServerRefusesUsError, Sent, Trouble
from mailroom.transport import Transport, our_sender, transport

A_RUN = 2_000
"""Letters a run; what is left is the next run's."""
AT_ONCE = 20
"""Letters between two commits: of so many nobody knows anything if we die there."""
LEAVE_WITHIN = 5.0
"""Seconds after which a letter that was taken up and has not left waits again."""

log = structlog.get_logger("klaver.letters")


@dataclass(slots=True)
class Delivered:
    """What a run did."""

    sent: int = 0
    refused: int = 0
    in_doubt: int = 0


def deliver_letters(*, now: datetime, most: int = A_RUN) -> Delivered:
    """
    Send what waits, each letter once, however many do this at the same time.

    The claim is committed before letters leave and the outcome after it. What is refused
    for now is tried again later, what is refused for good has failed, and where the line
    broke nobody knows. Raises, with nothing lost, if the server cannot be reached.
    """
    began = monotonic()
    done = Delivered(in_doubt=doubt_abandoned_letters(now=now))
    done.refused += hold_back_letters(now=now)
    if not Letter.objects.due(now).exists():
        return done
    line = transport()
    line.open()
    try:
        while most > 0:
            moment = now + timedelta(seconds=monotonic() - began)
            letters = claim_letters(now=moment, most=min(most, AT_ONCE))
            most -= len(letters)
            if not letters or not _deliver(letters, line, moment, done):
                break
    finally:
        line.close()
    return done


def _deliver(letters: list[Letter], line: Transport, now: datetime, done: Delivered) -> bool:
    """Send letters, write down what became of them, and tell whether the line still holds."""
    sent = Sent()
    try:
        line.send(
            map(mail_of, letters),
            our_sender(),
            sent=sent,
            now=now,
            until=monotonic() + LEAVE_WITHIN,
        )
    finally:
        record_letters(letters=letters, outcomes=sent.outcomes, why=sent.why, now=now)
    for number, outcome in sent.outcomes.items():
        if outcome.fate is Fate.TAKEN:
            done.sent += 1
        elif outcome.fate is Fate.IN_DOUBT:
            done.in_doubt += 1
            log.warning("a letter is in doubt", letter_id=number, why=outcome.why)
        else:
            done.refused += 1
            log.warning("a letter was refused", letter_id=number, why=outcome.why)
    if sent.trouble is Trouble.REFUSES_US:
        # It would refuse every other letter as well.
        raise MailServerRefusesUsError(sent.why)
    return sent.trouble is None


def mail_of(letter: Letter) -> Mail:
    """Make a mail that stays the same letter, however often it is sent."""
    return Mail(
        key=letter.pk,
        ident=f"letter-{letter.pk}",
        to=letter.to,
        name="",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        headers=(
            ("Auto-Submitted", "auto-generated"),
            ("Content-Language", letter.language),
        ),
    )
