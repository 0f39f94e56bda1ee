"""Learning who a member is who was known by a number alone."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.enrollment import refusing_a_taken_address
from members.models import Member
from members.refusals import Refusal


class AlreadyIntroduced(Refusal):
    code = "already_introduced"


@transaction.atomic
def introduce_member(
    *, member_id: int, name: str, email: str, birthday: date | None, language: str
) -> Member:
    """
    Give a member who came in by a number a name and an address.

    Refuses one who has a name or an address already, and an address of another member.
    """
    member = Member.objects.lock(member_id)
    if member.name or member.email:
        raise AlreadyIntroduced(_("This member has a name already."))

    member.name, member.email = name.strip(), email.strip().lower()
    member.birthday, member.language = birthday, language
    with refusing_a_taken_address():
        member.save(update_fields=["name", "email", "birthday", "language"])
    return member
