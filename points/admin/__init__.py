"""This room's pages in the back office; importing a file registers them."""

from points.admin import (
    adjustment_limit,
    entry,
    open_receipt,
    program_version,
    purchase,
    replay,
    spending,
    unusual_use,
)

__all__ = [
    "adjustment_limit",
    "entry",
    "open_receipt",
    "program_version",
    "purchase",
    "replay",
    "spending",
    "unusual_use",
]
