"""The site's own addresses, and one bare page: the floor of what a page costs."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from loyalty_site.urls import urlpatterns as ours
from members.models import Member
from points.models import Account, Entry


def bare(_request: HttpRequest, member_id: int) -> HttpResponse:
    """Read a member, their account and three entries by key, and write them down."""
    member = Member.objects.get(pk=member_id)
    account = Account.objects.get(pk=member_id)
    entries = list(Entry.objects.of_member(member_id).order_by("-id")[:3])
    lines = "".join(f"<li>{entry.points}</li>" for entry in entries)
    return HttpResponse(f"<h1>{member.name}</h1><p>{account.balance}</p><ul>{lines}</ul>")


urlpatterns = [path("bare/<int:member_id>/", bare), *ours]
