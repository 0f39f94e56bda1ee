"""Freezing, thawing and closing a membership."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.consent import withdraw_everything
from members.models import Consent, Departure, Member
from members.refusals import Refusal
from members.signals import announce, membership_changed


class MembershipClosed(Refusal):
    code = "membership_closed"


@transaction.atomic
def freeze_membership(*, member_id: int) -> Member:
    """Let a member earn but not spend."""
    return _change(member_id, Member.Status.FROZEN, closed_at=None)


@transaction.atomic
def thaw_membership(*, member_id: int) -> Member:
    """Let a frozen member spend again."""
    return _change(member_id, Member.Status.ACTIVE, closed_at=None)


@transaction.atomic
def close_membership(
    *,
    member_id: int,
    now: datetime,
    reason: str = Departure.Reason.STAFF,
    words: str = "",
) -> Member:
    """
    End a membership for good: no more purchases, no more spending, no more news.

    Why it ended is kept as a Departure; what happened stays on record.
    """
    member = _change(member_id, Member.Status.CLOSED, closed_at=now)
    Departure.objects.create(member=member, reason=reason, words=words.strip(), left_at=now)
    withdraw_everything(
        member_id=member_id,
        how=Consent.How.STAFF if reason == Departure.Reason.STAFF else Consent.How.PROFILE,
        wording=_("The membership was closed."),
        now=now,
    )
    return member


@transaction.atomic
def note_points_left(*, member_id: int, points: int) -> None:
    """Write down beside a departure how many points were left; who takes part has none."""
    Departure.objects.filter(member_id=member_id, balance__isnull=True).update(balance=points)


def _change(member_id: int, status: Member.Status, *, closed_at: datetime | None) -> Member:
    member = Member.objects.lock(member_id)
    if member.status == Member.Status.CLOSED:
        raise MembershipClosed(_("This membership has been closed."))
    member.status = status
    member.closed_at = closed_at
    member.save(update_fields=["status", "closed_at"])
    announce(membership_changed, member_id=member_id)
    return member
