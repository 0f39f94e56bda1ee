"""Putting letters in the post: each once, whoever asks and however often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mailroom.models import Letter
from mailroom.signals import letter_posted
from members.signals import announce

A_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be posted; `key` says what it is about."""

    key: str
    to: str
    language: str
    subject: str
    text: str
    html: str
    member_id: int | None = None


@transaction.atomic
def post_letter(
    *,
    key: str,
    to: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    member_id: int | None = None,
    now: datetime,
) -> Letter:
    """
    Have a letter sent; `key` says what it is about.

    There is one letter for a key, for ever: asked again, the first is returned as it is.
    """
    letter, is_new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "to": to,
            "member_id": member_id,
            "language": language,
            "subject": subject,
            "text": text,
            "html": html,
            "posted_at": now,
        },
    )
    if is_new:
        announce(letter_posted, letter_id=letter.pk)
    return letter


@transaction.atomic
def post_letters(*, letters: Sequence[NewLetter], now: datetime) -> int:
    """Have many letters sent; those whose key was used before are left out. Returns how many."""
    keys = [letter.key for letter in letters]
    known = set(Letter.objects.filter(key__in=keys).order_by().values_list("key", flat=True))
    rows = [
        Letter(
            key=letter.key,
            to=letter.to,
            member_id=letter.member_id,
            language=letter.language,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            posted_at=now,
        )
        for letter in letters
        if letter.key not in known
    ]
    # Whoever posts the same at this moment does no harm: the key is there once.
    Letter.objects.bulk_create(rows, batch_size=A_STATEMENT, ignore_conflicts=True)
    if rows:
        announce(letter_posted)
    return len(rows)
