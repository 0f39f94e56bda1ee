"""What this room shows on a member's page: cards, tiers stood in, numbers elsewhere."""

from members.admin.panels import Panel
from members.models import Card, ExternalId, Member, Placement

MOST = 20


def cards_and_tiers(member: Member, *, may_change_cards: bool) -> Panel:
    """Show the newest of each; three queries."""
    return Panel(
        "members/admin/_member_panel.html",
        {
            "cards": list(Card.objects.filter(member=member).order_by("-id")[:MOST]),
            "placements": list(
                Placement.objects.filter(member=member)
                .select_related("tier")
                .order_by("-since", "-id")[:MOST]
            ),
            "external_ids": list(
                ExternalId.objects.filter(member=member).select_related("source")[:MOST]
            ),
            "may_change_cards": may_change_cards,
        },
    )
