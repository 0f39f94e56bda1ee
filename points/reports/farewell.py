"""What leaving costs in points."""

from datetime import datetime

from django.utils.translation import gettext as _

from points.reports.statement import situation
from points.reports.wording import points_text


def points_left(member_id: int, now: datetime) -> int:
    """Return the balance at an instant, pending points included."""
    return situation(member_id, now).balance


def points_lost(member_id: int, now: datetime) -> str:
    """Say in a sentence what happens to a member's points if they leave."""
    left = points_left(member_id, now)
    if left <= 0:
        return _("You have no points left to lose.")
    return _("You lose %(points)s: they cannot be spent any more and are not paid out.") % {
        "points": points_text(left)
    }
