"""This room's pages in the back office; importing a file registers them."""

from members.admin import card, group, source, tier, user

__all__ = ["card", "group", "source", "tier", "user"]
