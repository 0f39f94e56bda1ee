"""What a message can say of its reader: the names, what they mean, an example, and the values."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailroom.signals import facts_offered, facts_wanted, program_named
from members.models import Branding, Member

LEADS_AWAY = re.compile(r"[/@\\]|\w{2}\.\w{2}")
"""A name in which a mail program would see an address: whoever joins chooses their own."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value by name; `label` says what it is, `example` how it may read."""

    name: str
    label: str | Promise
    example: str | Promise


OWN = (
    Fact("first_name", _("first name"), "Anna"),
    Fact("name", _("whole name"), "Anna Visser"),
    Fact("program", _("name of the program"), "Marktzicht"),
)


def offered_facts() -> list[Fact]:
    """List what a message can say, the mailroom's own first."""
    answers: list[Any] = [answer for _room, answer in facts_offered.send(sender=None) if answer]
    return [*OWN, *(fact for facts in answers for fact in facts)]


def facts_of(
    members: Iterable[Member], *, wanted: Collection[str], now: datetime
) -> dict[int, dict[str, str]]:
    """
    Gather for each member the values that a message wants, in the language in force.

    A value that a member does not have is left out. A few queries for all of them together.
    """
    program = program_name(Branding.current(), now) if "program" in wanted else ""
    found = {member.pk: {"program": program, **facts_of_name(member.name)} for member in members}
    asked = set(wanted) - {fact.name for fact in OWN}
    if not asked or not found:
        return found
    answers: list[tuple[Any, Any]] = facts_wanted.send(
        sender=None, member_ids=list(found), wanted=asked, now=now
    )
    for _room, answer in answers:
        for number, facts in (answer or {}).items():
            found[number].update(facts)
    return found


def facts_of_name(name: str) -> dict[str, str]:
    """The values that a name gives: none if it could lead a reader somewhere."""
    if LEADS_AWAY.search(name):
        return {}
    return {"name": name, "first_name": " ".join(name.split()[:1])}


def program_name(branding: Branding, now: datetime) -> str:
    """Return what the business calls its program, or what the program calls itself."""
    if branding.name:
        return branding.name
    answers = [answer for _room, answer in program_named.send(sender=None, now=now)]
    return next(filter(None, answers), str(branding))
