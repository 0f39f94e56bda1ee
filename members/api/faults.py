"""Which fields are wrong, and what to do about each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from members.api.errors import ApiError

MOST_SHOWN = 20
WHERE = {"body", "path", "query", "header"}


def not_valid(errors: Sequence[Mapping[str, Any]]) -> ApiError:
    """Answer 422 with a line for each field: where it stands and what is wrong with it."""
    fields = [
        {"field": _path(error["loc"]), "problem": str(error["msg"]).removeprefix("Value error, ")}
        for error in errors[:MOST_SHOWN]
    ]
    return ApiError(
        422,
        "not_valid",
        _("Some fields are missing or wrong; `details.fields` says which."),
        {"fields": fields},
    )


def _path(place: Sequence[str | int]) -> str:
    """Write a place as `lines.0.amount`; ninja puts the parameter's name before a body's field."""
    parts = [str(part) for part in place]
    if parts and parts[0] in WHERE:
        parts = parts[1:]
    if len(parts) > 1 and parts[0] == "body":
        parts = parts[1:]
    return ".".join(parts)
