"""Staff who adjust points, as their door does it."""

from uuid import uuid4

from points.actions.adjustment import AdjustmentReason
from points.actions.staff_adjustment import Adjustment, adjust_by_staff
from tests import make


def adjust(staff, member, points, *, now=make.NOW, key=None, **changes):
    facts = {"cause": AdjustmentReason.MISTAKE, "note": "The till was off"} | changes
    wanted = Adjustment(member_id=member.pk, points=points, request_key=key or uuid4(), **facts)
    return adjust_by_staff(staff_id=staff.pk, adjustment=wanted, now=now)
