"""This room's pages in the back office; importing a file registers them."""

from campaigns.admin import audience, campaign

__all__ = ["audience", "campaign"]
