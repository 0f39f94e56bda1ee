"""What every page with buttons for one member has."""

from django.http import HttpRequest
from django.urls import reverse
from unfold.admin import ModelAdmin

from members.models import Member


class OfAMember(ModelAdmin):
    """A page of members; where its buttons lead back to."""

    def back(self, request: HttpRequest, member: Member) -> str:
        """Lead back to the member, whose page sends the counter on to its own."""
        at_counter = request.user.has_perm("members.look_up_member")
        if at_counter or self.has_view_permission(request, member):
            return reverse("admin:members_member_change", args=[member.pk])
        return reverse("admin:index")
