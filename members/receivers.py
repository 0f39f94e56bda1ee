"""What this room does when allauth has news."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from members.actions.enrollment import claim_membership
from members.models import User


@receiver(email_confirmed)
def join_with_a_confirmed_address(email_address: EmailAddress, **_: Any) -> None:
    if not email_address.user.is_staff:
        claim_membership(user_id=email_address.user_id, now=timezone.now())


@receiver(user_logged_in)
def claim_after_login(user: User, **_: Any) -> None:
    if not user.is_staff:
        claim_membership(user_id=user.pk, now=timezone.now())
