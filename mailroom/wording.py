"""Letters in words: one source each, as plain text and as HTML, in the reader's language."""

import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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


def write_letter(name: str, *, language: str, reader: str, url: str, **facts: object) -> Written:
    """
    Write `mailroom/letters/<name>.txt` to `reader`, with one button that leads to `url`.

    The source fills the blocks of three layouts: the subject, the text and the HTML.
    """
    branding = Branding.current()
    light, _dark = tokens(branding.color, branding.accent)
    with translation.override(language):
        about = {
            "branding": branding,
            "program": str(branding),
            "language": language,
            "greeting": greeting(branding.tone, reader),
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


def greeting(tone: str, reader: str) -> str:
    """Greet somebody the way the business does; a name of several lines becomes one."""
    first = reader.split(maxsplit=1)[0] if reader.split() else ""
    if not first:
        return {
            Branding.Tone.WARM: pgettext("greeting", "Hi there"),
            Branding.Tone.FORMAL: pgettext("greeting", "Dear customer"),
        }.get(Branding.Tone(tone), pgettext("greeting", "Hello"))
    words = {
        Branding.Tone.WARM: _("Hi %(name)s"),
        Branding.Tone.FORMAL: _("Dear %(name)s"),
    }.get(Branding.Tone(tone), _("Hello %(name)s"))
    return words % {"name": first}
