"""The way in to every page of a member."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from members.models import Member, User
from members.views.outside import outside

MemberView = Callable[..., HttpResponse]


class LoggedInRequest(HttpRequest):
    """What `login_required` lets through."""

    user: User


def for_members(view: MemberView) -> MemberView:
    """Hand a view the member who is logged in; who is none may join first."""

    @wraps(view)
    @login_required
    @never_cache
    def door(request: LoggedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member = member_of(request)
        if member is None:
            return outside(request, request.user)
        return view(request, member, *args, **kwargs)

    return door


def member_of(request: HttpRequest) -> Member | None:
    """Return the member whose pages these are, if the login has a membership."""
    # A request that was refused early has no user yet.
    return seen_as(request) or getattr(getattr(request, "user", None), "member", None)


def seen_as(request: HttpRequest) -> Member | None:
    """Whose portal staff look at; set by the back office alone, never by what a request brings."""
    return getattr(request, "seen_as", None)
