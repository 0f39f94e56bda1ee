"""A message before it is sent: what is wrong with it, and how it looks to a reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models.campaign import LANGUAGES
from mailroom.facts import offered_facts
from mailroom.layout import words_of
from mailroom.message import Fault, Filled, check_words
from mailroom.reports.preview import preview
from members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Content = Mapping[str, Mapping[str, str]]
FAULTS: Mapping[str, "StrOrPromise"] = {
    "empty": gettext_lazy("Fill this in."),
    "too_long": gettext_lazy("At most %(most)s characters; there are %(length)s."),
    "line_break": gettext_lazy("Write this on one line."),
    "control": gettext_lazy("There is a sign in this that cannot be sent."),
    "brace": gettext_lazy("An opening brace has no closing one, or the other way around."),
    "not_a_name": gettext_lazy("%(written)s is no name between braces."),
    "unknown_variable": gettext_lazy("There is nothing called {%(name)s}."),
    "address": gettext_lazy("%(address)s is no address that can be opened."),
    "html": gettext_lazy("HTML is not taken; use Markdown, such as **bold**."),
    "image": gettext_lazy("Pictures are not taken in mail."),
    "code": gettext_lazy("Code is not taken in mail; do not begin a line with four spaces."),
    "table": gettext_lazy("Tables are not taken in mail; a phone has no room for them."),
    "quote": gettext_lazy("Do not begin a line with >."),
    "rule": gettext_lazy("A line of dashes is not taken; leave a line empty instead."),
    "link": gettext_lazy("This link is not finished; write [words](https://…)."),
    "no_address": gettext_lazy("Say where the button leads."),
    "no_button": gettext_lazy("Say what stands on the button."),
    "address_from_value": gettext_lazy("An address cannot begin with {%(name)s}."),
}


@dataclass(frozen=True, slots=True)
class MessageFault:
    """What is wrong with one field in one language."""

    language: str
    field: str
    words: str


def faults_of(content: Content) -> list[MessageFault]:
    """Say everything that is wrong with a message in both languages."""
    known = [fact.name for fact in offered_facts()]
    return [
        MessageFault(language, fault.field, in_words(fault))
        for language in LANGUAGES
        for fault in check_words(words_of({language: content.get(language, {})}, language), known)
    ]


def in_words(fault: Fault) -> str:
    """Say what is wrong, and on which line if there are several."""
    told = FAULTS.get(fault.code, gettext_lazy("This cannot be sent as it is."))
    words = str(told) % fault.facts
    if nearest := fault.facts.get("nearest"):
        words = _("%(fault)s Did you mean {%(name)s}?") % {"fault": words, "name": nearest}
    if fault.field == "body" and fault.line > 1:
        return _("Line %(line)s: %(fault)s") % {"line": fault.line, "fault": words}
    return words


def shown_to(
    content: Content, *, language: str, topic: str, member: Member | None, now: datetime
) -> Filled:
    """Fill a message for a member, or with examples where there is none."""
    return preview(content, language, member.pk if member else None, topic, now)
