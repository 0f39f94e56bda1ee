"""A message before it is sent: what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.models.campaign import LANGUAGES
from mailroom.fault_words import faults_in
from mailroom.layout import words_of

Content = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class MessageFault:
    """What is wrong with one field in one language."""

    language: str
    field: str
    words: str


def faults_of(content: Content) -> list[MessageFault]:
    """Say everything that is wrong with a message in both languages."""
    return [
        MessageFault(language, field, said)
        for language in LANGUAGES
        for field, told in faults_in(
            words_of({language: content.get(language, {})}, language)
        ).items()
        for said in told
    ]
