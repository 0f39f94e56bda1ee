"""What this room shows on a member's page: that mail to them is held back, and why."""

from mailroom.models import Suppression
from members.admin.panels import Panel
from members.models import Member


def held_back(member: Member, *, may_see: bool) -> Panel:
    """Say above all else that mail does not reach this member; one query."""
    held = Suppression.objects.in_force().filter(email=member.email or "")
    return Panel(
        "mailroom/admin/_held_back.html",
        {"held": list(held.order_by("id")), "may_see": may_see},
    )
