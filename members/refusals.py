"""What every refusal of the house looks like."""

from django.utils.functional import Promise


class Refusal(Exception):
    """
    The business says no, in words fit for the person who asked.

    `code` is stable and part of the public interface; `details` holds figures
    a door may show. A bug is never a Refusal.
    """

    code = "refused"

    def __init__(self, message: str | Promise, **details: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return str(self.message)
