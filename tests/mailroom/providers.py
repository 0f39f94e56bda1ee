"""A provider's backend that answers as a test tells it to."""

from anymail.message import AnymailRecipientStatus, AnymailStatus
from django.core.mail.backends.base import BaseEmailBackend


class Provider(BaseEmailBackend):
    """Raises or sets what stands in `answers`, each time the next; nothing left is yes."""

    answers = []
    taken = []

    def send_messages(self, messages):
        for message in messages:
            answer = self.answers.pop(0) if self.answers else "queued"
            if isinstance(answer, Exception):
                raise answer
            message.anymail_status = AnymailStatus()
            status = AnymailRecipientStatus(message_id="1", status=answer)
            message.anymail_status.set_recipient_status({message.to[0]: status})
            self.taken.append(message)
        return len(messages)
