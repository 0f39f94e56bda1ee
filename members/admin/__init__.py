"""This room's pages in the back office; importing a file registers them."""

from members.admin import card, joining, source, staff_act, terms, tier

__all__ = ["card", "joining", "source", "staff_act", "terms", "tier"]
