"""This room's pages in the back office; importing a file registers them."""

from points.admin import entry, program_version, purchase

__all__ = ["entry", "program_version", "purchase"]
