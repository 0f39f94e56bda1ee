"""One row's facts and many rows' filters."""

from mailroom.models.letter import Letter

__all__ = ["Letter"]
