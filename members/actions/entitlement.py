"""What a member of staff may do at the moment it is done, and never for themselves."""

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from members.models import Member, User
from members.refusals import Refusal


class MayNot(Refusal):
    code = "may_not"


class OwnAccount(Refusal):
    code = "own_account"


def staff_who_may(*, staff_id: int, permission: str) -> User:
    """Return staff who may do this now, whatever they could when their session began."""
    staff = User.objects.get(pk=staff_id)
    if not (staff.is_active and staff.is_staff and staff.has_perm(permission)):
        raise MayNot(_("%(who)s may not do this (any more).") % {"who": staff.get_full_name()})
    return staff


def refuse_own_account(*, staff: User, member: Member) -> None:
    """Refuse who has something to gain: their login's member, or one with their address."""
    if is_own_account(staff=staff, member=member):
        raise OwnAccount(
            _("This is the own account of %(who)s; a colleague has to do it.")
            % {"who": staff.get_full_name()}
        )


def is_own_account(*, staff: User, member: Member) -> bool:
    if member.user_id == staff.pk:
        return True
    if not member.email:
        return False
    address = member.email.lower()
    return (
        address == staff.email.lower()
        or EmailAddress.objects.filter(user_id=staff.pk, email__iexact=address).exists()
    )
