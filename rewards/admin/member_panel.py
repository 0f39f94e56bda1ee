"""What this room shows on a member's page: their vouchers, soonest to expire first."""

from datetime import datetime

from members.admin.panels import Panel
from members.models import Member
from rewards.models import Voucher
from rewards.reports.vouchers import ticket

LATEST = 8


def vouchers(member: Member, now: datetime, *, may_see: bool) -> list[Panel]:
    """Show what they can use, and then what is over, to those who may see vouchers."""
    if not may_see:
        return []
    rows = Voucher.objects.of_member(member.pk).select_related("reward")
    usable = list(rows.to_come(now).order_by("expires_at", "id")[:LATEST])
    over = list(rows.over(now).order_by("-id")[: LATEST - len(usable)])
    tickets = [ticket(one, now) for one in [*usable, *over]]
    return [Panel("rewards/admin/_vouchers.html", {"member": member, "tickets": tickets})]
