"""What this room announces, and how every room announces."""

import structlog
from django.db import transaction
from django.dispatch import Signal

log = structlog.get_logger("klaver.announcements")

branding_changed = Signal()
terms_published = Signal()
member_joined = Signal()
member_invited = Signal()
member_admitted = Signal()
membership_changed = Signal()
consent_asked = Signal()
"""With `request_id`: a mailbox should be asked whether it wants mail."""
departure_considered = Signal()
"""Asks, with `member_id` and `now`: what does who leaves give up? Each room answers a sentence."""

replacement_considered = Signal()
"""
Asks, with `using` and `made_at`: what must outlive this database being replaced by a backup made
then? Each room answers a name and rows, as JSON takes them: withdrawals, erasures, what was sent.
"""
database_restored = Signal()
"""
A backup was put back, with `made_at`, `now` and `carried`, the answers of the signal above by
name. Each room mends what must not be as it was then, and answers in a sentence what it did.
"""


def announce(signal: Signal, **ids: int) -> None:
    """Send the signal once the transaction has committed; a failing receiver stops nobody."""

    def send() -> None:
        for receiver, answer in signal.send_robust(sender=None, **ids):
            if isinstance(answer, Exception):
                name = getattr(receiver, "__qualname__", repr(receiver))
                log.error("receiver failed", receiver=name, exc_info=answer, **ids)

    transaction.on_commit(send)
