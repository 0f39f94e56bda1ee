"""What a member sees and sets of themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.models import Member
from members.views.door import for_members


@require_safe
@for_members
def profile(request: HttpRequest, member: Member) -> HttpResponse:
    """Show who the program thinks one is, and the way to every setting."""
    return render(request, "members/profile.html", {"member": member})
