"""
A mail as bytes for the wire: few microseconds each, and nothing in it can break out of its place.

What people wrote stands in quoted-printable bodies or in encoded words, so the wire sees printable
ASCII in lines of 76. No body can hold the boundary, because quoted-printable never writes `=_`.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache

LINE = 76
LINES_KEPT = 5_000
WORD_BYTES = 45
"""Bytes that fit into one encoded word of 75 signs."""
PLAIN_WORDS = re.compile(r"[A-Za-z0-9 !*+\-/.,:;()'&%@#$?]*")
PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
ADDRESS = re.compile(r"(?:[!#-'*+/-9=?A-Z^-~-]+(?:\.[!#-'*+/-9=?A-Z^-~-]+)*)@[A-Za-z0-9.-]{1,255}")
NEWLINES = re.compile(r"\r\n|\r|\n")
BOUNDARY = b"=_alternative"


class UnwritableAddressError(ValueError):
    """An address that no mail server could be given."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one reader. `key` is the sender's own; `ident` the part before the @."""

    key: int
    ident: str
    to: str
    name: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the name and address of `From`, and where answers go."""

    name: str
    address: str
    reply_to: str = ""

    @classmethod
    def named(cls, sender: str, reply_to: str = "") -> "Sender":
        """Read a sender as a setting names one: `Klaver <klaver@example.nl>`."""
        name, address = parseaddr(sender)
        return cls(name, wire_address(address), wire_address(reply_to) if reply_to else "")

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def wire_address(address: str) -> str:
    """Write an address as a mail server reads it; a domain may have letters of its own."""
    user, _at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise UnwritableAddressError(address) from error
    written = f"{user}@{domain}"
    if not ADDRESS.fullmatch(written) or len(written) > 320:
        raise UnwritableAddressError(address)
    return written


def mail_as_bytes(mail: Mail, sender: Sender, now: datetime) -> bytes:
    """Return the whole message with CRLF, dots doubled, ready for DATA but for the last dot."""
    head = b"".join(_head(mail, sender, now))
    if not mail.html:
        return head + _part(b"plain", mail.text)
    return b"".join(
        (
            head,
            b'Content-Type: multipart/alternative; boundary="' + BOUNDARY + b'"\r\n\r\n',
            b"--" + BOUNDARY + b"\r\n",
            _part(b"plain", mail.text),
            b"\r\n--" + BOUNDARY + b"\r\n",
            _part(b"html", mail.html),
            b"\r\n--" + BOUNDARY + b"--\r\n",
        )
    )


def clean(words: str) -> str:
    """Put words on one line, without signs that steer a terminal or a header."""
    return " ".join(CONTROLS.sub(" ", words).split())


def _head(mail: Mail, sender: Sender, now: datetime) -> Iterator[bytes]:
    yield _fixed_head(sender, format_datetime(now.replace(microsecond=0)))
    yield b"To: " + _mailbox(mail.name, wire_address(mail.to)) + b"\r\n"
    yield b"Subject: " + _words(clean(mail.subject)) + b"\r\n"
    yield f"Message-ID: <{mail.ident}@{sender.domain}>\r\n".encode("ascii")
    for name, value in mail.headers:
        if not value.isascii() or CONTROLS.search(value):
            raise ValueError(f"{name} holds what no header may")
        yield f"{name}: {value}\r\n".encode("ascii")


@lru_cache(maxsize=8)
def _fixed_head(sender: Sender, date: str) -> bytes:
    lines = [
        b"From: " + _mailbox(sender.name, sender.address),
        b"Date: " + date.encode("ascii"),
        b"MIME-Version: 1.0",
    ]
    if sender.reply_to:
        lines.append(b"Reply-To: " + sender.reply_to.encode("ascii"))
    return b"\r\n".join(lines) + b"\r\n"


def _mailbox(name: str, address: str) -> bytes:
    said = clean(name)
    if not said:
        return address.encode("ascii")
    word = said.encode("ascii") if _is_plain(PLAIN_NAME, said) else b"\r\n ".join(_encoded(said))
    return word + b"\r\n <" + address.encode("ascii") + b">"


def _words(said: str) -> bytes:
    if _is_plain(PLAIN_WORDS, said) and "=?" not in said:
        return said.encode("ascii")
    return b"\r\n ".join(_encoded(said))


def _is_plain(pattern: re.Pattern[str], said: str) -> bool:
    return len(said) < LINE - len("Subject: ") and bool(pattern.fullmatch(said))


def _encoded(said: str) -> Iterator[bytes]:
    """Cut into encoded words (RFC 2047), never inside a character."""
    whole = said.encode("utf-8", "replace")
    start = 0
    while start < len(whole):
        end = min(start + WORD_BYTES, len(whole))
        while end < len(whole) and whole[end] & 0xC0 == 0x80:
            end -= 1
        yield b"=?utf-8?b?" + b64encode(whole[start:end]) + b"?="
        start = end


class _Lines(dict[str, bytes]):
    """Lines as they stand on the wire; most are the same in every mail of a mailing."""

    def __missing__(self, line: str) -> bytes:
        if len(self) >= LINES_KEPT:
            self.clear()
        quoted = b2a_qp(line.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")
        # A dot that begins a line is doubled, or it would end the mail (RFC 5321, 4.5.2).
        wired = quoted.replace(b"\r\n.", b"\r\n..")
        self[line] = wired = b"." + wired if wired.startswith(b".") else wired
        return wired


_lines = _Lines()


def _part(kind: bytes, said: str) -> bytes:
    lines = (NEWLINES.sub("\n", said) if "\r" in said else said).split("\n")
    if lines[-1] or len(lines) == 1:
        # Nothing stands behind the last line of a mail but the dot.
        lines.append("")
    return (
        b"Content-Type: text/" + kind + b'; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"\r\n".join([_lines[line] for line in lines])
    )
