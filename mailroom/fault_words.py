"""What is wrong with a message, in sentences that say how to mend it."""

from collections.abc import Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.facts import offered_facts
from mailroom.message import Fault, Words, check_words

FIELDS: Mapping[str, str | Promise] = {
    "subject": gettext_lazy("Subject"),
    "preheader": gettext_lazy("Preview line"),
    "body": gettext_lazy("Message"),
    "button": gettext_lazy("Button"),
    "address": gettext_lazy("Where the button leads"),
}
WORDS: Mapping[str, str | Promise] = {
    "empty": gettext_lazy("This is empty; write something here."),
    "too_long": gettext_lazy(
        "This is %(length)s characters long; %(most)s is the most. Shorten it."
    ),
    "line_break": gettext_lazy("This has to stay on one line; remove the line break."),
    "control": gettext_lazy(
        "There is an invisible character here that mail cannot carry; type the line anew."
    ),
    "brace": gettext_lazy(
        "There is a %(written)s without its other half. A variable is written {name}; for a "
        "brace as such, put a backslash before it."
    ),
    "not_a_name": gettext_lazy(
        "%(written)s is no variable: a name is one word in small letters, such as {first_name}."
    ),
    "unknown_variable": gettext_lazy("There is no variable {%(name)s}."),
    "html": gettext_lazy(
        "HTML cannot be used here. Write **bold**, *italic* or [words](address) instead."
    ),
    "image": gettext_lazy("A message holds no pictures. Say it in words, or link to a page."),
    "code": gettext_lazy(
        "Text as code has no place in a message; remove the backticks or the indent."
    ),
    "table": gettext_lazy("A table cannot be read on a phone. Make it a list."),
    "quote": gettext_lazy("A quotation has no place in a message; remove the > before it."),
    "rule": gettext_lazy("A line across has no place in a message; use a heading (## …) instead."),
    "link": gettext_lazy(
        "This link is not whole. Write [words](https://…), without spaces in the address."
    ),
    "address": gettext_lazy(
        "%(address)s is no address that a link may lead to. Begin with https://, mailto: or, for a "
        "page of this site, with /."
    ),
    "address_from_value": gettext_lazy(
        "A link cannot begin with {%(name)s}. Write the address itself, and the variable in it."
    ),
    "no_address": gettext_lazy("Say where the button leads, or leave out its words."),
    "no_button": gettext_lazy("Say what stands on the button, or leave out its address."),
}


def sentence(fault: Fault) -> str:
    """Say what is wrong and how to mend it, in the language in force."""
    facts = dict(fault.facts)
    said = str(WORDS[fault.code]) % facts
    if facts.get("nearest"):
        meant = _("Did you mean {%(nearest)s}?") % facts
        said = f"{said} {meant}"
    if fault.field == "body":
        return _("Line %(line)s: %(said)s") % {"line": fault.line, "said": said}
    return said


def faults_in(words: Words, more: Collection[str] = ()) -> dict[str, list[str]]:
    """
    Check a message against all that members can be told; sentences by field, none if it is good.

    `more` names what this kind of message can say besides.
    """
    known = {fact.name for fact in offered_facts()} | set(more)
    found: dict[str, list[str]] = {}
    for fault in check_words(words, known):
        said = sentence(fault)
        if said not in found.setdefault(fault.field, []):
            found[fault.field].append(said)
    return found
