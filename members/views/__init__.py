"""A member's own pages in the portal."""
