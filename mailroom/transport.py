"""Ways for mail to leave: our own line for SMTP, Django's backends one by one for all else."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from time import monotonic
from typing import Protocol

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from mailroom.mail import Mail, Sender, clean
from mailroom.outcome import (
    CLOSING,
    FOR_GOOD,
    TAKEN,
    Fate,
    Outcome,
    Sent,
    Trouble,
    error_in_words,
    in_words,
)
from mailroom.smtp_line import SmtpLine
from members.branding_cache import current_branding

TOO_MANY, UNAVAILABLE = 429, 503
NOT_LET_IN = (401, 403)
SERVER_FAULT = 500


class Transport(Protocol):
    """A way for mail to leave; open it, send over it as often as you like, close it."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(
        self, mails: Iterable[Mail], sender: Sender, *, sent: Sent, now: datetime, until: float
    ) -> None: ...


def transport() -> Transport:
    """Return the way that settings name; nothing is opened yet."""
    backend: BaseEmailBackend = get_connection()
    return SmtpLine(backend) if isinstance(backend, EmailBackend) else OneByOne(backend)


def our_sender() -> Sender:
    """Who writes: the address in settings, and where the business wants its answers."""
    return Sender.named(settings.DEFAULT_FROM_EMAIL, current_branding().contact_email)


class OneByOne:
    """Any backend of Django: a provider's (Anymail), a file, the memory of a test."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend

    def open(self) -> None:
        self.backend.open()

    def close(self) -> None:
        # A line that broke cannot be hung up politely.
        with suppress(OSError):
            self.backend.close()

    def send(
        self, mails: Iterable[Mail], sender: Sender, *, sent: Sent, now: datetime, until: float
    ) -> None:
        """Hand mails over, and write into `sent` what became of each, until there is trouble."""
        for mail in mails:
            if sent.trouble is not None or monotonic() > until:
                return
            sent.outcomes[mail.key] = Outcome(Fate.IN_DOUBT, "")
            self._send_one(mail, as_django(mail, sender, now), sent)

    def _send_one(self, mail: Mail, message: EmailMultiAlternatives, sent: Sent) -> None:
        try:
            self.backend.send_messages([message])
        except Exception as error:  # noqa: BLE001 - a backend raises what it likes
            outcome, sent.trouble = _judged(error)
            sent.why = error_in_words(error) if outcome is None else outcome.why
            if outcome is None:
                del sent.outcomes[mail.key]
                return
            sent.outcomes[mail.key] = outcome
            return
        sent.outcomes[mail.key] = _status_of(message)


def as_django(mail: Mail, sender: Sender, now: datetime) -> EmailMultiAlternatives:  # noqa: ARG001
    """Make Django's message of a mail; its backend dates it."""
    message = EmailMultiAlternatives(
        subject=clean(mail.subject),
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[_mailbox(mail)],
        reply_to=[sender.reply_to] if sender.reply_to else None,
        headers={"Message-ID": f"<{mail.ident}@{sender.domain}>", **dict(mail.headers)},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _mailbox(mail: Mail) -> str:
    name = clean(mail.name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{mail.to}>' if name else mail.to


def _judged(error: Exception) -> tuple[Outcome | None, Trouble | None]:
    """Return a mail's fate by what its backend raised, nothing if it never left, and trouble."""
    match error:
        case SMTPSenderRefused():
            return None, Trouble.REFUSES_US
        case SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return _refused(code, in_words(code, said))
        case SMTPResponseException():
            return _refused(error.smtp_code, in_words(error.smtp_code, error.smtp_error))
        case AnymailRecipientsRefused():
            return Outcome(Fate.REFUSED, error_in_words(error)), None
        case AnymailAPIError():
            return _judged_api(error, error.status_code)
        case AnymailError() | ValueError():
            # It did not even try: the mail, or our settings, are not as the provider wants them.
            return Outcome(Fate.REFUSED, error_in_words(error)), None
        case _:
            return Outcome(Fate.IN_DOUBT, error_in_words(error)), Trouble.BROKEN


def _judged_api(
    error: AnymailAPIError, status: int | None
) -> tuple[Outcome | None, Trouble | None]:
    why = error_in_words(error)
    if status in NOT_LET_IN:
        return None, Trouble.REFUSES_US
    if status in (TOO_MANY, UNAVAILABLE):
        return Outcome(Fate.REFUSED_FOR_NOW, why), Trouble.THROTTLED
    if status is None or status >= SERVER_FAULT:
        return Outcome(Fate.IN_DOUBT, why), Trouble.BROKEN
    return Outcome(Fate.REFUSED, why), None


def _refused(code: int, why: str) -> tuple[Outcome, Trouble | None]:
    fate = Fate.REFUSED if code >= FOR_GOOD else Fate.REFUSED_FOR_NOW
    return Outcome(fate, why), Trouble.CLOSING if code == CLOSING else None


def _status_of(message: EmailMultiAlternatives) -> Outcome:
    """What a provider says of a mail that it did not refuse aloud."""
    status = getattr(message, "anymail_status", None)
    said = set(getattr(status, "status", None) or ())
    bad = said & {"rejected", "invalid", "failed"}
    if not bad:
        return TAKEN
    return Outcome(Fate.REFUSED, ", ".join(sorted(bad)))
