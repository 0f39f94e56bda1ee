"""Mails as bytes: whatever people write, the reader's program reads the same."""

import email
import email.policy
import re
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailroom.mail import Mail, Sender, UnwritableAddressError, clean, mail_as_bytes, wire_address
from tests.make import NOW

SENDER = Sender.named("Café Klaver <klaver@example.nl>", "vraag@example.nl")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def mail(**fields):
    given = {
        "key": 1,
        "ident": "delivery-1",
        "to": "sanne@example.nl",
        "name": "Sanne de Vries",
        "subject": "Nieuws",
        "text": "Beste Sanne\n",
        "html": "<p>Beste Sanne</p>\n",
    }
    return Mail(**given | fields)


def undoubled(content):
    assert b"\r\n.\r\n" not in content
    assert not re.search(rb"\r\n\.[^.]", content)
    return content.replace(b"\r\n..", b"\r\n.")


def read(content):
    return email.message_from_bytes(undoubled(content), policy=email.policy.default)


def lines(words):
    given = words.replace("\r\n", "\n").replace("\r", "\n")
    return given if given.endswith("\n") else f"{given}\n"


def body_of(message, kind):
    part = message.get_body((kind,))
    return part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")


@settings(deadline=None)
@given(subject=TEXT, name=TEXT, text=TEXT, html=TEXT)
@example(
    subject="=?utf-8?q?a?=", name='"x" <y@example.nl>', text=".\n..\n. a", html="=_alternative"
)
@example(
    subject="a\r\nBcc: x@example.nl", name="a\nBcc: x@example.nl", text="\x00", html="x" * 1200
)
@example(subject="é" * 80, name="🐄" * 40, text="a \n\t\nb ", html=".")
@example(subject="a" * 200, name="a" * 200, text="x=20", html="--=_alternative--\n")
def test_whatever_is_written_is_read_the_same(subject, name, text, html):
    content = mail_as_bytes(mail(subject=subject, name=name, text=text, html=html), SENDER, NOW)

    message = read(content)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert message["subject"] == clean(subject)
    # The new parser puts spaces between encoded words (RFC 2047 says they are none).
    to = email.message_from_bytes(content)["to"].replace("\r\n", "")
    assert to.endswith("sanne@example.nl" if not clean(name) else " <sanne@example.nl>")
    assert str(make_header(decode_header(to.rpartition(" ")[0]))) == clean(name)
    assert [one.addr_spec for one in message["to"].addresses] == ["sanne@example.nl"]
    assert body_of(message, "plain") == lines(text)
    if html:
        assert body_of(message, "html") == lines(html)
    assert message["bcc"] is None
    assert not message.defects


def test_a_mail_says_who_when_and_what(now):
    stop = "<https://example.nl/stop/" + "x" * 120 + "/>"
    content = mail_as_bytes(
        mail(
            headers=(
                ("List-Unsubscribe", stop),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            )
        ),
        SENDER,
        now,
    )

    message = read(content)
    assert message["message-id"] == "<delivery-1@example.nl>"
    assert message["from"].addresses[0].display_name == "Café Klaver"
    assert message["reply-to"].addresses[0].addr_spec == "vraag@example.nl"
    assert message["date"].datetime == now
    assert message["list-unsubscribe"] == stop
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_mail_without_html_has_one_part(now):
    message = read(mail_as_bytes(mail(html=""), SENDER, now))

    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "Beste Sanne"


def test_a_header_that_would_break_out_is_never_written(now):
    with pytest.raises(ValueError, match="X-Note"):
        mail_as_bytes(mail(headers=(("X-Note", "a\r\nBcc: x@example.nl"),)), SENDER, now)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("sanne@example.nl", "sanne@example.nl"),
        ("o'neil+tag=1@example.nl", "o'neil+tag=1@example.nl"),
        ("sanne@café.example", "sanne@xn--caf-dma.example"),
    ],
)
def test_an_address_is_written_as_servers_read_it(address, written):
    assert wire_address(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sanne",
        "sanne@",
        "@example.nl",
        "a b@example.nl",
        "a@example.nl>\r\nRCPT TO:<b@example.nl",
        "a@example.nl\r\n",
        "a@b@example.nl",
        "sänne@example.nl",
        "a@exa..mple.nl\u3002",
        "a@" + "x" * 400,
    ],
)
def test_an_address_that_no_server_reads_is_refused(address):
    with pytest.raises(UnwritableAddressError):
        wire_address(address)
