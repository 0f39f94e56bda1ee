"""This room's pages in the back office; importing a file registers them."""

from mailroom.admin import invitation, letter, mail_rules, suppression

__all__ = ["invitation", "letter", "mail_rules", "suppression"]
