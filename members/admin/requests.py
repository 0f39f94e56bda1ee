"""Who asks."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from members.models import User


def colleague(request: HttpRequest) -> User:
    """Return who works at this desk; the back office lets nobody in without a login."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
