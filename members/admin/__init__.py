"""This room's pages in the back office; importing a file registers them."""

from members.admin import card, source, staff_act, tier

__all__ = ["card", "source", "staff_act", "tier"]
