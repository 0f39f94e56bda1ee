"""Opening logins without a person at the keyboard."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.db import transaction

from members.models import User


@transaction.atomic
def open_login(
    *, email: str, name: str, is_staff: bool = False, is_superuser: bool = False
) -> User:
    """Return the login of this address, with the address taken as verified; made if it is new."""
    earlier = User.objects.filter(email=email).first()
    if earlier is not None:
        return earlier
    user = User.objects.create_user(email, name=name, is_staff=is_staff, is_superuser=is_superuser)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@transaction.atomic
def give_second_factor(*, user_id: int, secret: str) -> None:
    """Let a login use this TOTP secret, unless it has one."""
    user = User.objects.select_for_update().get(pk=user_id)
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, secret)


@transaction.atomic
def join_group(*, user_id: int, group: str) -> None:
    """Put a login in a group of staff."""
    User.objects.get(pk=user_id).groups.add(Group.objects.get(name=group))
