"""Freezing, thawing and closing a membership."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.models import Member
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
def close_membership(*, member_id: int, now: datetime) -> Member:
    """End a membership for good: no more purchases, no more spending."""
    return _change(member_id, Member.Status.CLOSED, closed_at=now)


def _change(member_id: int, status: Member.Status, *, closed_at: datetime | None) -> Member:
    member = Member.objects.lock(member_id)
    if member.status == Member.Status.CLOSED:
        raise MembershipClosed(_("This membership has been closed."))
    member.status = status
    member.closed_at = closed_at
    member.save(update_fields=["status", "closed_at"])
    announce(membership_changed, member_id=member_id)
    return member
