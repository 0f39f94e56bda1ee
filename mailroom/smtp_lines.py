"""
A few lines to one mail server, so that its answers are never waited for while another is free.

A server far away, or one that writes each mail to a disk before it says yes, takes as many at a
time as there are lines.
"""

from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from itertools import takewhile
from time import monotonic

from django.core.mail.backends.smtp import EmailBackend

from mailroom.mail import Mail, Sender
from mailroom.outcome import Sent, Trouble
from mailroom.smtp_line import SmtpLine, parcels_of

WORTH_A_LINE = 8
"""Steps of the lines there are before another one is opened: few mails need but one."""
Walk = tuple[Generator[None, None, None], Sent]


class SmtpLines:
    """Lines that are opened when there is enough to send, and stay until they are closed."""

    def __init__(self, backends: Iterable[EmailBackend]) -> None:
        self.lines = [SmtpLine(backend) for backend in backends]

    def open(self) -> None:
        """Make sure that the server is there. Raises OSError if it is not."""
        self.lines[0].open()

    def close(self) -> None:
        for line in self.lines:
            line.close()

    def send(
        self, mails: Iterable[Mail], sender: Sender, *, sent: Sent, now: datetime, until: float
    ) -> None:
        """
        Hand mails over, and write into `sent` what became of each; what is not named never left.

        Mails are taken one by one, while the server reads those before. After `until`, by the
        monotonic clock, none is taken any more. A line in trouble is hung up, and opened anew by
        the next call; what the server has against all of us ends them all.
        """
        parcels = parcels_of(_while_well(mails, sent, until), sender, now, sent)
        free = iter(self.lines)
        going: list[Walk] = []
        opened = steps = 0
        try:
            while going or not opened:
                if steps >= WORTH_A_LINE * opened and (line := next(free, None)) is not None:
                    mine = Sent(sent.outcomes)
                    going.append((line.walk(parcels, until, mine), mine))
                    opened += 1
                going = [walk for walk in going if _goes_on(walk, sent)]
                steps += len(going)
        finally:
            # Only after an error are there any: what they have sent is in doubt from here on.
            for walk, _mine in going:
                walk.close()


def _while_well(mails: Iterable[Mail], sent: Sent, until: float) -> Iterator[Mail]:
    return takewhile(lambda _mail: monotonic() < until and not _is_fatal(sent), mails)


def _is_fatal(sent: Sent) -> bool:
    return sent.trouble in (Trouble.REFUSES_US, Trouble.THROTTLED)


def _goes_on(walk: Walk, sent: Sent) -> bool:
    """Take a step, and pass on what trouble a line met."""
    steps, mine = walk
    for _step in steps:
        return True
    if mine.trouble is not None and not _is_fatal(sent):
        sent.trouble, sent.why = mine.trouble, mine.why
    return False
