"""The local outbox: while DEBUG is on, mail becomes files that a page shows."""

from email.message import Message
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class OutboxBackend(BaseEmailBackend):
    """Keeps each message as a file; nothing leaves the machine."""

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        folder = Path(settings.OUTBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for number, message in enumerate(email_messages):
            stamp = timezone.now().strftime("%Y%m%d-%H%M%S-%f")
            content: Message = message.message()
            (folder / f"{stamp}-{number:03}.eml").write_bytes(content.as_bytes())
        return len(email_messages)
