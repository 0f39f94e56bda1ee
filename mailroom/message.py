"""The words of a message: checked, compiled once, and filled for each reader; no database."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from difflib import get_close_matches
from html import escape

from mailroom.body import (
    Marked,
    faults_of,
    html_of,
    is_good_address,
    links_of,
    marked,
    shown,
    text_of,
    tokens_of,
)
from mailroom.slots import Pieces, as_html, as_text, clean, filled, names_in, pieces_of

SUBJECT, PREHEADER, BODY, BUTTON, ADDRESS, AFTER = map(chr, range(0xE020, 0xE026))
"""Signs in a frame where the parts of the message go."""
MOST = {"subject": 120, "preheader": 160, "body": 20_000, "button": 60, "address": 500}
SUBJECT_FILLED = 200
"""A subject longer than this, with its values in it, is cut off."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True)
class Words:
    """
    A message in one language; the body is Markdown, the address is where the button leads.

    `after`, Markdown as well, stands below the button; only our own letters have it.
    """

    subject: str
    preheader: str = ""
    body: str = ""
    button: str = ""
    address: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which part and on which line of it, with what a sentence about it needs."""

    field: str
    line: int
    code: str
    facts: Mapping[str, str] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """
    What stands around a message, as HTML and as text, with the signs where its parts go.

    `styles` gives each tag of a body its style; `site` completes addresses that begin with /.
    """

    html: str
    text: str
    styles: Mapping[str, str] = made(default_factory=dict)
    site: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A message to one reader."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A message with places to fill; `wanted` names the values it asks for."""

    subject: Pieces
    text: Pieces
    html: Pieces
    wanted: frozenset[str]

    def fill(self, facts: Mapping[str, object]) -> Filled:
        """Write the message to one reader; a value that is not there leaves no gap."""
        values = {name: clean(facts[name]) for name in self.wanted if facts.get(name) is not None}
        subject = " ".join(filled(self.subject, values, as_text).split())
        if len(subject) > SUBJECT_FILLED:
            subject = subject[: SUBJECT_FILLED - 1].rstrip() + "…"
        return Filled(
            subject, filled(self.text, values, as_text), filled(self.html, values, as_html)
        )


def compile_message(words: Words, frame: Frame) -> Compiled:
    """Make a message ready to be filled many times. Words with faults are written as they stand."""
    subject, preheader, button = map(_line, (words.subject, words.preheader, words.button))
    body, after, address = marked(words.body), marked(words.after), marked(words.address.strip())
    tokens, tokens_after = tokens_of(body), tokens_of(after)
    html = {
        SUBJECT: subject.words(subject.text, escape),
        PREHEADER: preheader.words(preheader.text, escape),
        BODY: html_of(body, tokens, frame.styles, frame.site),
        BUTTON: button.words(button.text, escape),
        ADDRESS: address.address(address.text, escape, frame.site),
        AFTER: html_of(after, tokens_after, frame.styles, frame.site),
    }
    text = {
        SUBJECT: subject.words(subject.text, str),
        PREHEADER: preheader.words(preheader.text, str),
        BODY: text_of(body, tokens, frame.site),
        BUTTON: button.words(button.text, str),
        ADDRESS: address.address(address.text, str, frame.site),
        AFTER: text_of(after, tokens_after, frame.site),
    }
    pieces = (
        pieces_of(subject.words(subject.text, str)),
        pieces_of(BLANK_LINES.sub("\n\n", _placed(frame.text, text))),
        pieces_of(_placed(frame.html, html)),
    )
    return Compiled(*pieces, wanted=names_in(*pieces))


def check_words(
    words: Words, known: Collection[str], addresses: Collection[str] = ()
) -> list[Fault]:
    """
    Find what is wrong with a message; `known` are the names a variable may have.

    A link may begin with a variable only if that is one of `addresses`: a whole address.
    """
    faults: list[Fault] = []
    for part in MOST:
        source = getattr(words, part)
        faults += _size_faults(part, source)
        faults += _variable_faults(part, marked(source), {*known, *addresses})
    faults += _body_faults(words.body, addresses)
    faults += _button_faults(words, addresses)
    return faults


def _size_faults(part: str, source: str) -> Iterator[Fault]:
    if part in {"subject", "body"} and not source.strip():
        yield Fault(part, 1, "empty")
    if len(source) > MOST[part]:
        yield Fault(part, 1, "too_long", {"most": str(MOST[part]), "length": str(len(source))})
    if part != "body" and len(source.strip().splitlines()) > 1:
        yield Fault(part, 2, "line_break")
    if control := CONTROL.search(source):
        yield Fault(part, source.count("\n", 0, control.start()) + 1, "control")


def _variable_faults(part: str, text: Marked, known: Collection[str]) -> Iterator[Fault]:
    for written, line in text.odd:
        code = "brace" if len(written) == 1 else "not_a_name"
        yield Fault(part, line, code, {"written": written[:40]})
    for variable in text.variables:
        if variable.name in known:
            continue
        nearest = get_close_matches(variable.name, sorted(known), n=1, cutoff=0.5)
        facts = {"name": variable.name, "nearest": "".join(nearest)}
        yield Fault(part, variable.line, "unknown_variable", facts)


def _body_faults(source: str, addresses: Collection[str]) -> Iterator[Fault]:
    body = marked(source)
    tokens = tokens_of(body)
    for code, line, words in faults_of(body, tokens):
        yield Fault("body", line, code, {"address": words} if code == "address" else {})
    for address, line in links_of(tokens):
        yield from _leading_faults("body", line, body, address, addresses)


def _button_faults(words: Words, addresses: Collection[str]) -> Iterator[Fault]:
    has_button, has_address = bool(words.button.strip()), bool(words.address.strip())
    if has_button and not has_address:
        yield Fault("address", 1, "no_address")
    if has_address and not has_button:
        yield Fault("button", 1, "no_button")
    address = marked(words.address.strip())
    if has_address and not is_good_address(address.text):
        yield Fault("address", 1, "address", {"address": shown(address, address.text)})
    yield from _leading_faults("address", 1, address, address.text, addresses)


def _leading_faults(
    part: str, line: int, text: Marked, address: str, addresses: Collection[str]
) -> Iterator[Fault]:
    """A link that begins with a value could lead anywhere: to javascript, to a stranger."""
    variable = text.starts_with(address)
    if variable is not None and variable.name not in addresses:
        yield Fault(part, line, "address_from_value", {"name": variable.name})


def _line(source: str) -> Marked:
    return marked(" ".join(source.split()))


def _placed(frame: str, parts: Mapping[str, str]) -> str:
    return re.sub(f"[{SUBJECT}-{AFTER}]", lambda sign: parts[sign[0]], frame)
