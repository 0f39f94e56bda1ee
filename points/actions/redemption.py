"""Spending points, and undoing it."""

from datetime import datetime
from uuid import UUID

from members.models import PROGRAM_SOURCE
from points.actions.posting import post_event
from points.book import Book
from points.events import Debit, Restore
from points.kinds import Kind


def spend_points(
    *,
    member_id: int,
    points: int,
    request_key: UUID,
    actor: str,
    now: datetime,
    reason: str = "",
) -> Book:
    """
    Take points out of the lots that end soonest; all of them or none.

    The same request key never spends twice. Refuses more than can be spent now, and members
    who are frozen or closed.
    """
    event = Debit(str(request_key), member_id, now, points, Kind.REDEEMED, reason)
    return _post_now(event, actor=actor, now=now)


def restore_points(
    *,
    member_id: int,
    redemption_key: UUID,
    request_key: UUID,
    actor: str,
    now: datetime,
    points: int | None = None,
) -> Book:
    """
    Put the points of a redemption back into their own lots, whole or in part.

    What is past its date expires again at once. Refuses more than is left of the redemption.
    """
    event = Restore(str(request_key), member_id, now, str(redemption_key), points)
    return _post_now(event, actor=actor, now=now)


def _post_now(event: Debit | Restore, *, actor: str, now: datetime) -> Book:
    return post_event(event, source_id=PROGRAM_SOURCE, actor=actor, now=now)
