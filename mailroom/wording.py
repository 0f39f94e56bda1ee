"""Letters in words: one source each, as plain text and as HTML, in the reader's language."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation

from mailroom.signals import program_named
from members.colors import tokens
from members.models import Branding

BLANK_LINES = re.compile(r"\n\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it goes into the envelope."""

    language: str
    subject: str
    text: str
    html: str


def write_letter(
    name: str, *, language: str, reader: str, url: str, now: datetime, **facts: object
) -> Written:
    """
    Write `mailroom/letters/<name>.txt` to `reader`, with one button that leads to `url`.

    The source fills the blocks of three layouts: the subject, the text and the HTML.
    """
    branding = Branding.current()
    light, _dark = tokens(branding.color, branding.accent)
    with translation.override(language):
        about = {
            "branding": branding,
            "program": program_name(branding, now),
            "language": language,
            "greeting": branding.greeting(reader),
            "url": url,
            "ground": light["hero"],
            "ink": light["hero-ink"],
            **facts,
        }

        def rendered(layout: str) -> str:
            source = f"mailroom/letters/{name}.txt"
            return render_to_string(source, {**about, "layout": f"mailroom/letter_{layout}"})

        return Written(
            language=language,
            subject=" ".join(rendered("subject.txt").split()),
            text=BLANK_LINES.sub("\n\n", rendered("text.txt")).strip() + "\n",
            html=rendered("page.html").strip() + "\n",
        )


def program_name(branding: Branding, now: datetime) -> str:
    """Return what the business calls its program, or what the program calls itself."""
    if branding.name:
        return branding.name
    answers = [answer for _room, answer in program_named.send(sender=None, now=now)]
    return next(filter(None, answers), str(branding))
