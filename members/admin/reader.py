"""Who is at the desk."""

from typing import cast

from django.http import HttpRequest

from members.models import User


def staff_of(request: HttpRequest) -> User:
    """Return who uses the back office; nobody else comes as far as its pages."""
    return cast("User", request.user)
