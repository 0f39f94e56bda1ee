"""Pages of this room in the portal."""
