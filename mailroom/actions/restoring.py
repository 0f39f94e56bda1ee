"""Mending the post after an older backup was put back: nothing leaves twice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mailroom.delivery_sql.restoring import doubt_all_but, mark_left_since
from mailroom.models import Letter, Mailing, Suppression
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


@transaction.atomic
def replay_mailings(*, rows: Sequence[Row], now: datetime) -> int:
    """
    Let nothing of a mailing leave twice; returns of how many mails nobody knows whether they left.

    What is known to have left since is written down again. A mailing that nobody told us about
    may have gone out whole. All that are not over wait for somebody to look.
    """
    fault = _("A backup was put back; this may have been sent since it was made.")
    doubted = 0
    for row in rows:
        for state, left in row["left"].items():
            moved = mark_left_since(
                key=row["key"],
                members=left["members"],
                occurrences=left["occurrences"],
                state=state,
                at=now,
                fault="" if state == "sent" else fault,
            )
            doubted += moved if state == "unknown" else 0
    doubted += doubt_all_but(known=[row["key"] for row in rows], at=now, fault=fault)
    Mailing.objects.filter(state=Mailing.State.RUNNING).update(state=Mailing.State.PAUSED)
    return doubted
