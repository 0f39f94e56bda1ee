"""Mail servers for tests: real ones, each with its own temper."""

import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class Keeper:
    """Takes every message, and keeps it."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append(envelope)
        return "250 OK"


class Answering(Keeper):
    """Answers each recipient with what it was told to, 250 once nothing is left."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer


class Particular(Keeper):
    """Takes nothing from this sender."""

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        return "550 we do not know you"


class Dropping(Keeper):
    """Takes the message, then hangs up before it says so."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        server.transport.abort()
        return "250 nobody hears this"


@contextmanager
def serving(handler, settings):
    """Run a server, and send what Django mails to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    try:
        yield handler
    finally:
        controller.stop()
