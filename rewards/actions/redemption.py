"""Turning points into rewards, and undoing it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from points.actions.redemption import restore_points
from points.models import Account
from rewards.models import Redemption


@transaction.atomic
def undo_redemption(
    *, redemption_id: int, points: int, request_key: UUID, actor: str, now: datetime
) -> Redemption:
    """Put points of a redemption back into the lots they came from, in part or whole."""
    member_id = Redemption.objects.values_list("member_id", flat=True).get(pk=redemption_id)
    Account.objects.lock(member_id)
    made = Redemption.objects.lock(redemption_id)
    restore_points(
        member_id=member_id,
        redemption_key=made.request_key,
        request_key=request_key,
        actor=actor,
        now=now,
        points=points,
    )
    made.restored += points
    made.undone_at = now if made.restored == made.points else None
    made.save(update_fields=["restored", "undone_at"])
    return made
