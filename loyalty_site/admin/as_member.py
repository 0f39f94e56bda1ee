"""The portal as a member sees it, for staff to look at and not to use."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, override
from unfold.admin import ModelAdmin
from unfold.decorators import action

from loyalty_site.views import home
from members.actions.traces import record_look
from members.admin.buttons import found
from members.admin.reader import staff_of
from members.models import Look, Member
from points.views import book

SEE = "members.see_as_member"
LINK = re.compile(r'<a\b([^>]*?)\shref="([^"]*)"', re.DOTALL)
FORM = re.compile(r'<form\b([^>]*?)\saction="([^"]*)"', re.DOTALL)
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
ASKS = re.compile(r'\shx-[a-z-]+="[^"]*"')


class AsMemberButtons(ModelAdmin):
    """See what the member sees: the real pages, with a banner, and every other way out closed."""

    @action(
        description=gettext_lazy("See what the member sees"),
        url_path="as-member",
        permissions=[SEE],
        icon="visibility",
    )
    def as_member(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._seen(request, found(self, Member, request, object_id), home)

    @action(
        description=gettext_lazy("See the member's points"),
        url_path="as-member/points",
        permissions=[SEE],
        icon="visibility",
    )
    def as_member_points(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._seen(request, found(self, Member, request, object_id), book)

    def _seen(
        self, request: HttpRequest, member: Member, view: Callable[[HttpRequest], HttpResponse]
    ) -> HttpResponse:
        if staff_of(request).store:
            # What the member sees is of all stores.
            raise PermissionDenied
        banner = render_to_string(
            "loyalty_site/admin/_as_member.html", {"member": member, "own": view is home}, request
        )
        vars(request)["seen_as"] = member
        with override(member.language):
            page = view(request)
        if page.status_code == 200:
            record_look(
                staff_id=staff_of(request).pk,
                member_id=member.pk,
                through=Look.Through.PORTAL,
                now=timezone.now(),
            )
            page.content = behind_glass(page.content.decode(), member, banner).encode()
        return page


def behind_glass(page: str, member: Member, banner: str) -> str:
    """Show a page of the portal that leads nowhere but to the other pages shown here."""
    page = ASKS.sub("", SCRIPT.sub("", page))
    page = LINK.sub(lambda found: f"<a{found[1]}{_leads(found[2], member)}", page)
    page = FORM.sub(lambda found: f"<form{found[1]}{_asks(found[2], member)}", page)
    return re.sub(r"(<body\b[^>]*>)", lambda found: found[1] + banner, page, count=1)


def _leads(address: str, member: Member) -> str:
    shown = _shown_here(address, member)
    return f' href="{shown}"' if shown is not None else ' aria-disabled="true"'


def _asks(address: str, member: Member) -> str:
    shown = _shown_here(address, member)
    return f' action="{shown}"' if shown is not None else " inert"


def _shown_here(address: str, member: Member) -> str | None:
    """Return where a link of the portal leads to behind the glass; None is nowhere."""
    parts = urlsplit(address)
    if not parts.path:
        return address
    here = {
        reverse("home"): "admin:members_member_as_member",
        reverse("points:book"): "admin:members_member_as_member_points",
    }.get(parts.path)
    if here is None or parts.netloc:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"{reverse(here, args=[member.pk])}{query}"
