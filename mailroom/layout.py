"""The frame of every message, filled with branding and foot; HTML and text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import fill
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mailroom.body import WIDTH
from mailroom.facts import program_name
from mailroom.look import body_styles, sheet_of, styles_of
from mailroom.message import (
    ADDRESS,
    AFTER,
    BODY,
    BUTTON,
    PREHEADER,
    SUBJECT,
    Compiled,
    Frame,
    Words,
    compile_message,
)
from mailroom.slots import ADDRESS as WHOLE
from mailroom.slots import Slot, clean
from members.models import Branding, Consent

READER = "\ue030"
"""Stands for the name while the greeting is asked for."""
INDENT = re.compile(r"\s*\n\s*")
STOP = gettext_noop("Stop these mails, or choose which you get")
PARTS = {
    "subject": SUBJECT,
    "preheader": PREHEADER,
    "body": BODY,
    "button": BUTTON,
    "address": ADDRESS,
    "after": AFTER,
}
FIELDS = ("subject", "preheader", "body", "button", "address")
Content = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Foot:
    """Why the reader gets a message, and whether they can stop it."""

    why: str
    can_stop: bool = False


def words_of(content: Content, language: str) -> Words:
    """Read the words in a language; in the other one if nobody wrote them."""
    written = content.get(language) or next(iter(content.values()), {})
    return Words(**{part: str(written.get(part, "")) for part in FIELDS})


def compile_for(content: Content, language: str, topic: str, now: datetime) -> Compiled:
    """
    Make a mailing ready to be filled, in one language, in the look of the house.

    Marketing has a `topic` and wants `stop_url`, where all that a reader gets can be chosen too.
    """
    with translation.override(language):
        branding = Branding.current()
        program = program_name(branding, now)
        foot = marketing_foot(topic, program) if topic else service_foot(program)
        return compile_words(words_of(content, language), foot, branding=branding, program=program)


def marketing_foot(topic: str, program: str) -> Foot:
    about = Consent.Topic(topic).label
    why = _("You get this because you are with %(program)s and said yes to mail about: %(topic)s.")
    return Foot(why % {"program": program, "topic": about}, can_stop=True)


def service_foot(program: str) -> Foot:
    why = _(
        "You get this because you are with %(program)s. It is about your membership, so it comes "
        "even if you get no other mail from us."
    )
    return Foot(why % {"program": program})


def compile_words(
    words: Words, foot: Foot, *, branding: Branding, program: str, has_code: bool = False
) -> Compiled:
    """Put words into the frame, in the language in force."""
    about: dict[str, Any] = {
        "branding": branding,
        "program": clean(program),
        "logo": _logo(branding),
        "language": translation.get_language(),
        "why": clean(foot.why),
        "has_code": has_code,
        "code": Slot("code").mark(),
        "words": words,
        **PARTS,
    }
    html = {
        **about,
        "greeting": _greeting(branding),
        "sheet": SafeString(sheet_of(branding)),
        "look": {
            part: format_html('style="{}"', SafeString(style))
            for part, style in styles_of(branding).items()
        },
        "ways_out": _ways_out_in_html(styles_of(branding)["link"]) if foot.can_stop else "",
    }
    text = {
        **about,
        "why": fill(about["why"], WIDTH, break_long_words=False, break_on_hyphens=False),
        "greeting": _greeting(branding),
        "ways_out": _ways_out_in_text() if foot.can_stop else "",
    }
    frame = Frame(
        html=INDENT.sub("\n", render_to_string("mailroom/letter_page.html", html)).strip() + "\n",
        text=render_to_string("mailroom/letter_text.txt", text).strip() + "\n",
        styles=body_styles(branding),
        site=settings.SITE_URL,
    )
    return compile_message(words, frame)


def _logo(branding: Branding) -> str:
    if not branding.logo_digest:
        return ""
    return f"{settings.SITE_URL}" + reverse("members:brand_logo", args=[branding.logo_digest])


def _greeting(branding: Branding) -> str:
    """Greet by name, with other words for who has none."""
    before, _name, after = branding.greeting(READER).partition(READER)
    return Slot("first_name", before=before, after=after, empty=branding.greeting("")).mark()


def _ways_out_in_html(style: str) -> SafeString:
    stop = Slot("stop_url", WHOLE).mark()
    return SafeString(f'<a style="{style}" href="{stop}">{escape(_(STOP))}</a>')


def _ways_out_in_text() -> str:
    return f"{_(STOP)}:\n{Slot('stop_url', WHOLE).mark()}"
