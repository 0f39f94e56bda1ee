"""Whom an invitation would reach, before anybody is written to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from members.models import Invitation, Member, User


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to invite; `key` is whatever the caller knows them by."""

    key: str
    email: str
    name: str = ""
    language: str = User.Language.DUTCH
    member_id: int | None = None


@dataclass(slots=True)
class GuestList:
    """Who gets a letter, and who does not and why."""

    guests: list[Guest] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def guest_list(*, member_ids: Sequence[int], now: datetime) -> GuestList:
    """Look in two queries whom of these members an invitation would reach."""
    members = Member.objects.filter(pk__in=member_ids).order_by("pk")
    open_to = set(
        Invitation.objects.open_at(now)
        .filter(email__in=members.filter(email__isnull=False).values("email"))
        .values_list("email", flat=True)
    )
    found = GuestList()
    for member in members:
        why = _hindrance(member, open_to)
        if why:
            found.skipped.append((str(member), why))
        else:
            email = member.email or ""
            found.guests.append(Guest(str(member), email, member.name, member.language, member.pk))
    return found


def _hindrance(member: Member, open_to: set[str]) -> str:
    if member.user_id is not None:
        return _("takes part with a login already")
    if member.status == Member.Status.CLOSED:
        return _("has ended the membership")
    if not member.email:
        return _("we have no e-mail address")
    if member.email in open_to:
        return _("has an invitation that is still open")
    return ""
