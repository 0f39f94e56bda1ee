"""
One lasting connection to a mail server: mail after mail, with as little waiting as it allows.

A server that offers PIPELINING (RFC 2920) gets a mail's content and the next one's MAIL, RCPT and
DATA in one piece; DATA ends a piece, because its answer decides what may follow. So one mail's
content at a time is on its way, and whatever breaks, no more than that one is in doubt.
"""

import ssl
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTP, SMTPServerDisconnected
from socket import IPPROTO_TCP, TCP_NODELAY, socket
from time import monotonic
from typing import NoReturn

from django.core.mail.backends.smtp import EmailBackend

from mailroom.mail import Mail, Sender, mail_as_bytes, wire_address
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

PATIENCE = 60
"""Seconds without a word after which a server has stalled, where settings name none."""
MOST_IN_A_ROW = 10
"""So many refusals for now in a row mean that the server wants us to slow down."""
STALE = 300
"""Seconds after which a mail that was let go may be somebody else's by now: it stays here."""
LONGEST_LINE = 8192
GO_ON = 354
OK = 250
LAST_DOT = b".\r\n"
Reply = tuple[int, bytes]
Steps = Generator[None, None, None]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail ready for the wire: the commands that announce it, and its content."""

    key: int
    commands: tuple[bytes, bytes, bytes]
    content: bytes


class _LineTrouble(Exception):
    """Nothing more goes over this line for now."""

    def __init__(self, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.trouble = trouble
        self.why = why


class SmtpLine:
    """Speaks SMTP over the connection that Django's backend opens by its settings."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self._smtp: SMTP | None = None
        self._pipelines = False
        self._is_mid_mail = False
        self._refused_in_a_row = 0

    def open(self) -> None:
        """Connect, with TLS and a login where settings say so. Raises OSError if that fails."""
        if self._smtp is not None:
            return
        self.backend.timeout = self.backend.timeout or PATIENCE
        try:
            self.backend.open()
            smtp = self.backend.connection
            if smtp is None:
                _hung_up()
            smtp.ehlo_or_helo_if_needed()
            if smtp.sock is not None:
                # The end of a piece must not wait until its beginning was acknowledged.
                smtp.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        except OSError:
            self._hang_up()
            raise
        self._pipelines = smtp.has_extn("pipelining")
        self._smtp, self._is_mid_mail, self._refused_in_a_row = smtp, False, 0

    def close(self) -> None:
        """Say goodbye. A line that broke meanwhile is let go of."""
        self._smtp = None
        with suppress(OSError):
            self.backend.close()
        self.backend.connection = None

    def walk(self, parcels: Iterator[Parcel], until: float, sent: Sent) -> Steps:
        """
        Hand over what comes, and write into `sent` what became of each.

        Stops wherever the server has something to read before it answers, so that other lines
        have their turns meanwhile; whoever drops it there is in doubt about what it has sent.
        """
        try:
            yield from self._walk(parcels, until, sent)
        except _LineTrouble as error:
            sent.trouble, sent.why = error.trouble, error.why
        except OSError as error:
            sent.trouble, sent.why = Trouble.BROKEN, error_in_words(error)
        except BaseException:
            # Dropped between a mail and its answer: nothing more can be said over this line.
            self._hang_up()
            raise
        if sent.trouble is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        """Without a goodbye, for whose answer a stalled server would let us wait."""
        if self.backend.connection is not None:
            self.backend.connection.close()
        self.backend.connection = self._smtp = None

    def _walk(self, parcels: Iterator[Parcel], until: float, sent: Sent) -> Iterator[None]:
        parcel, following = next(parcels, None), next(parcels, None)
        replies = (yield from self._announce_first(parcel)) if parcel is not None else []
        while parcel is not None:
            refusal = self._refusal(replies)
            if refusal is not None:
                sent.outcomes[parcel.key] = refusal
                self._count(refusal)
                ahead = next(parcels, None)
                replies = (yield from self._announce(following)) if following else []
            elif monotonic() > until + STALE:
                self._hang_up()
                return
            else:
                ahead = yield from self._hand_over(parcel, following, parcels, sent)
                replies = self._replies_to(following)
            parcel, following = following, ahead

    def _announce_first(self, parcel: Parcel) -> Generator[None, None, list[Reply]]:
        """Announce over a line that may have been idle until its server hung up."""
        was_open = self._smtp is not None
        try:
            self.open()
            replies = yield from self._announce(parcel)
        except OSError:
            if not was_open:
                raise
        else:
            if not was_open or replies[0][0] != CLOSING:
                return replies
        self._hang_up()
        self.open()
        return (yield from self._announce(parcel))

    def _announce(self, parcel: Parcel) -> Generator[None, None, list[Reply]]:
        """Say who writes to whom; return the answers."""
        reset = b"RSET\r\n" if self._is_mid_mail else b""
        self._is_mid_mail = True
        if self._pipelines:
            self._write(reset + b"".join(parcel.commands))
        elif reset:
            self._write(reset)
        yield
        if reset:
            self._reply()
        return self._replies_to(parcel)

    def _replies_to(self, parcel: Parcel | None) -> list[Reply]:
        """Read what an announcement was answered; without PIPELINING it is made only now."""
        if parcel is None:
            return []
        self._is_mid_mail = True
        if self._pipelines:
            return [self._reply() for _ in parcel.commands]
        replies = []
        for command in parcel.commands:
            self._write(command)
            replies.append(self._reply())
            if replies[-1][0] // 100 != OK // 100:
                break
        return replies

    def _hand_over(
        self, parcel: Parcel, following: Parcel | None, rest: Iterator[Parcel], sent: Sent
    ) -> Generator[None, None, Parcel | None]:
        """
        Send a content, and with it the announcement of the one that follows.

        While the server reads, the one after that is made and returned.
        """
        piece = parcel.content + LAST_DOT
        if self._pipelines and following is not None:
            piece += b"".join(following.commands)
        written = _Written()
        try:
            self._write(piece, written)
            ahead = next(rest, None)
            yield
            code, said = self._reply()
        except BaseException as error:
            if written.bytes > len(parcel.content):
                sent.outcomes[parcel.key] = Outcome(Fate.IN_DOUBT, error_in_words(error))
            raise
        outcome = TAKEN if code // 100 == OK // 100 else _refused(code, said)
        sent.outcomes[parcel.key] = outcome
        if code == CLOSING:
            raise _LineTrouble(Trouble.CLOSING, outcome.why)
        self._is_mid_mail = False
        self._count(outcome)
        return ahead

    def _refusal(self, replies: list[Reply]) -> Outcome | None:
        """Judge the answers to an announcement; leaves the line ready for the next one."""
        for code, said in replies:
            if code == CLOSING:
                raise _LineTrouble(Trouble.CLOSING, in_words(code, said))
        self._judge_sender(*replies[0])
        code, said = replies[min(1, len(replies) - 1)]
        if code // 100 == OK // 100:
            code, said = replies[-1]
            if code == GO_ON:
                return None
            return _refused(code, said)
        if len(replies) > 2 and replies[-1][0] == GO_ON:
            # RFC 2920: it waits for a mail to nobody; a dot alone ends that.
            self._write(b".\r\n")
            self._reply()
        return _refused(code, said, is_dead=said.startswith(b"5.1."))

    def _judge_sender(self, code: int, said: bytes) -> None:
        if code // 100 == OK // 100:
            return
        is_for_good = code >= FOR_GOOD
        trouble = Trouble.REFUSES_US if is_for_good else Trouble.THROTTLED
        raise _LineTrouble(trouble, in_words(code, said))

    def _count(self, outcome: Outcome) -> None:
        """Give in to a server that refuses one after the other for now."""
        is_for_now = outcome.fate is Fate.REFUSED_FOR_NOW
        self._refused_in_a_row = self._refused_in_a_row + 1 if is_for_now else 0
        if self._refused_in_a_row >= MOST_IN_A_ROW:
            raise _LineTrouble(Trouble.THROTTLED, outcome.why)

    def _write(self, piece: bytes, written: "_Written | None" = None) -> None:
        if not piece:
            return
        sock = self._socket()
        written = written or _Written()
        while written.bytes < len(piece):
            try:
                written.bytes += sock.send(memoryview(piece)[written.bytes :])
            except OSError:
                if isinstance(sock, ssl.SSLSocket):
                    # It does not say how much of this had left.
                    written.bytes = len(piece)
                raise

    def _reply(self) -> Reply:
        """Read one answer, of however many lines."""
        said = []
        while True:
            line = self._line()
            said.append(line[4:].strip())
            if line[3:4] != b"-":
                break
        try:
            return int(line[:3]), b" ".join(said)
        except ValueError:
            return _hung_up()

    def _socket(self) -> socket:
        if self._smtp is None or self._smtp.sock is None:
            _hung_up()
        return self._smtp.sock

    def _line(self) -> bytes:
        if self._smtp is None or self._smtp.file is None:
            _hung_up()
        line: bytes = self._smtp.file.readline(LONGEST_LINE)
        return line if line.endswith(b"\n") else _hung_up()


@dataclass(slots=True)
class _Written:
    bytes: int = 0


def _hung_up() -> NoReturn:
    raise SMTPServerDisconnected("The server hung up")


def _refused(code: int, said: bytes, *, is_dead: bool = False) -> Outcome:
    fate = Fate.REFUSED if code >= FOR_GOOD else Fate.REFUSED_FOR_NOW
    return Outcome(fate, in_words(code, said), is_dead and fate is Fate.REFUSED)


def parcels_of(
    mails: Iterable[Mail], sender: Sender, now: datetime, sent: Sent
) -> Iterator[Parcel]:
    """Make mails ready one by one; one that cannot be written is refused here and now."""
    from_us = f"MAIL FROM:<{sender.address}>\r\n".encode("ascii")
    for mail in mails:
        try:
            to = wire_address(mail.to)
            content = mail_as_bytes(mail, sender, now)
        except ValueError as error:
            sent.outcomes[mail.key] = Outcome(Fate.REFUSED, error_in_words(error))
            continue
        commands = (from_us, f"RCPT TO:<{to}>\r\n".encode("ascii"), b"DATA\r\n")
        yield Parcel(mail.key, commands, content)
