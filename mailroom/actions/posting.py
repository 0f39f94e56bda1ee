"""Putting letters in the post: each once, whoever asks and however often."""

from datetime import datetime

from django.db import transaction

from mailroom.models import Letter
from mailroom.signals import letter_posted
from members.signals import announce


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
