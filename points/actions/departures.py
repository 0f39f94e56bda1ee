"""What members who left had on their account, for who looks back."""

from datetime import datetime

from members.actions.membership import note_points_left
from members.models import Departure, Member
from points.reports.farewell import points_left

A_SWEEP = 1_000


def note_missed_departures(*, now: datetime) -> int:
    """Write down what an announcement missed: how many points were left. Returns of how many."""
    unsaid = Departure.objects.filter(balance__isnull=True, member__status=Member.Status.CLOSED)
    members = list(unsaid.order_by("pk").values_list("member_id", flat=True)[:A_SWEEP])
    for member_id in members:
        note_points_left(member_id=member_id, points=points_left(member_id, now))
    return len(members)
