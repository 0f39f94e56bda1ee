"""Writing down what staff did and whom they looked at."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from members.models import Look, Member, StaffAct

LONGEST = 300
LONGEST_REASON = 200


@transaction.atomic
def record_act(
    *,
    staff_id: int,
    what: str,
    on: Model,
    now: datetime,
    member_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> StaffAct:
    """
    Leave a row of what a member of staff did to `on`; it can't be changed or removed.

    `before` and `after` hold the changed fields, as JSON takes them. Call it in the
    transaction of the act, so that neither stands without the other.
    """
    concerns = on.pk if member_id is None and isinstance(on, Member) else member_id
    return StaffAct.objects.create(
        staff_id=staff_id,
        at=now,
        what=what[:LONGEST],
        content_type=ContentType.objects.get_for_model(on),
        object_id=str(on.pk),
        member_id=concerns,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason[:LONGEST_REASON],
    )


@transaction.atomic
def record_look(
    *,
    staff_id: int,
    member_id: int,
    through: Look.Through,
    now: datetime,
    once_in: timedelta | None = None,
) -> None:
    """
    Leave a row of who looked at a member's data, where and when.

    Looks in the same place within `once_in` are one look.
    """
    if once_in is not None:
        lately = Look.objects.filter(
            staff_id=staff_id, member_id=member_id, through=through, at__gt=now - once_in
        )
        if lately.exists():
            return
    Look.objects.create(staff_id=staff_id, member_id=member_id, through=through, at=now)
