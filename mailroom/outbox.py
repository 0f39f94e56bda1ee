"""The local outbox: while DEBUG is on, mail becomes files that a page shows."""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as ParsedMessage
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

STAMP = "%Y%m%d-%H%M%S-%f"
KEPT = 500

log = structlog.get_logger("klaver.outbox")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the outbox page shows it."""

    subject: str
    to: str
    sent_at: datetime
    body: str


class OutboxBackend(BaseEmailBackend):
    """Keeps each message as a file; nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.OUTBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            _keep(message, folder)
            log.debug("mail kept in /outbox/", subject=message.subject)
        for old in _newest_first(folder)[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def read_outbox(most: int) -> list[Letter]:
    """Return the newest messages, the latest first; a file that is no message is left out."""
    letters = (_read(path) for path in _newest_first(Path(settings.OUTBOX_DIR))[:most])
    return [letter for letter in letters if letter is not None]


def _keep(message: EmailMessage, folder: Path) -> None:
    name = f"{timezone.now().astimezone(UTC).strftime(STAMP)}-{uuid4().hex[:8]}"
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(message.message().as_bytes())
    unfinished.rename(folder / f"{name}.eml")


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"), reverse=True)


def _read(path: Path) -> Letter | None:
    try:
        sent_at = datetime.strptime(path.stem.rpartition("-")[0], STAMP).replace(tzinfo=UTC)
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    except (OSError, ValueError):
        return None
    return Letter(
        subject=str(message["subject"] or ""),
        to=str(message["to"] or ""),
        sent_at=sent_at,
        body=_text(message),
    )


def _text(message: ParsedMessage) -> str:
    part = message.get_body(("plain", "html"))
    content = part.get_content() if part is not None else ""
    return content.strip() if isinstance(content, str) else ""
