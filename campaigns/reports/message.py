"""What keeps a message from being sent, in words for who writes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.models.campaign import LANGUAGES

NEEDED = ("subject", "body")
Content = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class MessageFault:
    """What is wrong with one field in one language."""

    language: str
    field: str
    words: str


def faults_of(content: Content) -> list[MessageFault]:
    """Say everything that is wrong with a message in both languages."""
    return [fault for language in LANGUAGES for fault in _of(language, content.get(language, {}))]


def _of(language: str, words: Mapping[str, str]) -> list[MessageFault]:
    missing = _("it is empty in Dutch") if language == "nl" else _("it is empty in English")
    faults = [
        MessageFault(language, key, missing) for key in NEEDED if not words.get(key, "").strip()
    ]
    if bool(words.get("button")) != bool(words.get("address")):
        key = "address" if words.get("button") else "button"
        faults.append(
            MessageFault(language, key, _("a button needs both its words and its address"))
        )
    return faults
