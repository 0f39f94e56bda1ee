"""The kinds of letters that go out by themselves: each room names its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from mailroom.signals import letters_offered


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A letter that goes out by itself: what it is, when it goes, and examples to show it with.

    `source` is its file as `press_for` takes it; its letters' keys begin with `key` and a colon,
    and `key` is empty for what is sent at once and kept nowhere. `path` is where its button
    leads, `choices` what its source decides by.
    """

    source: str
    title: Promise
    goes: Promise
    key: str = ""
    path: str = "/"
    facts: Mapping[str, str | Promise] = field(default_factory=dict)
    choices: Mapping[str, object] = field(default_factory=dict)


def kinds_of_letters() -> dict[str, Kind]:
    """Every kind by its source, from the ground floor up."""
    answers: list[Any] = [answer for _room, answer in letters_offered.send(sender=None) if answer]
    return {kind.source: kind for kinds in reversed(answers) for kind in kinds}
