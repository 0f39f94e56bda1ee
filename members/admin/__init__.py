"""This room's pages in the back office; importing a file registers them."""

from members.admin import api_client, branding, card, joining, source, staff_act, terms, tier

__all__ = ["api_client", "branding", "card", "joining", "source", "staff_act", "terms", "tier"]
