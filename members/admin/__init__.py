"""This room's pages in the back office; importing a file registers them."""

from members.admin import branding, card, joining, source, staff_act, terms, tier

__all__ = ["branding", "card", "joining", "source", "staff_act", "terms", "tier"]
