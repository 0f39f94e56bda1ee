"""Our own letters in words: one source each, as plain text and as HTML, in the reader's language."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation

from mailroom.facts import facts_of_name, program_name
from mailroom.layout import Foot, compile_words
from mailroom.message import Compiled, Words
from members.models import Branding

BETWEEN = "␞"
"""Stands between the parts of a letter in `mailroom/letter_parts.txt`."""
ADDRESS = "url"


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it goes into the envelope."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Press:
    """A letter in one language, ready to be written to many."""

    language: str
    program: str
    words: Compiled

    def write(self, *, reader: str, url: str = "", **facts: object) -> Written:
        """Write it to one reader, with one button that leads to `url`."""
        about = {"program": self.program, **facts_of_name(reader), ADDRESS: url, **facts}
        filled = self.words.fill(about)
        return Written(self.language, filled.subject, filled.text, filled.html)


def press_for(
    name: str,
    *,
    language: str,
    facts: Collection[str],
    now: datetime,
    choices: Mapping[str, object] | None = None,
) -> Press:
    """
    Set a letter for one language: `<room>/letters/<name>.txt`, the room being ours if unsaid.

    `facts` are the names of what each reader is told, `choices` what the source decides by.
    """
    room, _slash, letter = name.rpartition("/")
    source = f"{room or 'mailroom'}/letters/{letter}.txt"
    branding = Branding.current()
    program = program_name(branding, now)
    places = {fact: f"{{{fact}}}" for fact in {*facts, "program"}}
    with translation.override(language):
        parts = render_to_string(
            source, {**places, **(choices or {}), "layout": "mailroom/letter_parts.txt"}
        )
        subject, preheader, body, code, button, after, why = map(str.strip, parts.split(BETWEEN))
        words = Words(
            subject=subject,
            preheader=preheader,
            body=body,
            button=button,
            address=f"{{{ADDRESS}}}" if button else "",
            after=after,
        )
        compiled = compile_words(
            words,
            Foot(why.replace(places["program"], program)),
            branding=branding,
            program=program,
            has_code=bool(code),
        )
    return Press(language, program, compiled)


def write_letter(
    name: str, *, language: str, reader: str, url: str = "", now: datetime, **facts: object
) -> Written:
    """
    Write one letter to one reader, with a button that leads to `url` if its source has one.

    Facts that are true or false decide what it says; all others are words within it.
    """
    choices = {fact: value for fact, value in facts.items() if isinstance(value, bool)}
    words = {fact: value for fact, value in facts.items() if fact not in choices}
    press = press_for(name, language=language, facts=words, now=now, choices=choices)
    return press.write(reader=reader, url=url, **words)
