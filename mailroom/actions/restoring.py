"""Mending the post after an older backup was put back: nothing leaves twice."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.models import Letter, Suppression
from members.models import Member

Row = Mapping[str, Any]


@transaction.atomic
def doubt_letters_of_then() -> int:
    """Own up to not knowing whether what waited then was sent since; returns how many letters."""
    waited = [Letter.State.WAITING, Letter.State.SENDING]
    return Letter.objects.filter(state__in=waited).update(
        state=Letter.State.UNKNOWN,
        fault=_("A backup was put back; this may have been sent since it was made."),
    )


@transaction.atomic
def replay_letters(*, letters: Iterable[Row]) -> int:
    """
    Write down again which letters left after the backup was made, without their text.

    A letter about the same thing is then not written a second time. Returns how many.
    """
    replayed = 0
    for row in letters:
        is_sent = row["state"] == Letter.State.SENT
        sent_at = datetime.fromisoformat(row["sent_at"]) if is_sent else None
        state = Letter.State.SENT if is_sent else Letter.State.UNKNOWN
        known = Member.objects.filter(pk=row["member_id"]).first() if row["member_id"] else None
        Letter.objects.update_or_create(
            key=row["key"],
            defaults={
                "state": state,
                "sent_at": sent_at,
                "fault": "" if is_sent else _("A backup was put back; this may have been sent."),
            },
            create_defaults={
                "to": row["to"],
                "member": known if known and known.email == row["to"] else None,
                "language": row["language"],
                "subject": row["subject"],
                "text": "",
                "state": state,
                "posted_at": datetime.fromisoformat(row["posted_at"]),
                "sent_at": sent_at,
            },
        )
        replayed += 1
    return replayed


@transaction.atomic
def replay_addresses_without_mail(*, rows: Iterable[Row]) -> int:
    """Hold back again every address that was held back; returns how many were not."""
    replayed = 0
    for row in rows:
        _held, is_new = Suppression.objects.get_or_create(
            email=row["email"],
            cause=row["cause"],
            lifted_at=None,
            defaults={"since": datetime.fromisoformat(row["since"]), "detail": row["detail"]},
        )
        replayed += is_new
    return replayed
