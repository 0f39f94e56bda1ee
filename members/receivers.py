"""What this room does when allauth, or the room itself, has news."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from members.actions.joining import claim_membership
from members.actions.profile import follow_login_address
from members.branding_cache import forget_branding
from members.models import User
from members.refusals import Refusal
from members.signals import branding_changed

log = structlog.get_logger("klaver.members")


@contextmanager
def in_spite_of_refusals(user_id: int) -> Iterator[None]:
    """A refusal keeps nobody from logging in; the portal offers to join, and says what is wrong."""
    try:
        yield
    except Refusal as refusal:
        log.warning("refused after login", code=refusal.code, user_id=user_id)


@receiver(email_confirmed)
def join_with_a_confirmed_address(email_address: EmailAddress, **_: object) -> None:
    if not email_address.user.is_staff:
        with in_spite_of_refusals(email_address.user_id):
            claim_membership(user_id=email_address.user_id, now=timezone.now())


@receiver(user_logged_in)
def claim_after_login(user: User, **_: object) -> None:
    if not user.is_staff:
        with in_spite_of_refusals(user.pk):
            claim_membership(user_id=user.pk, now=timezone.now())


@receiver(email_changed)
def write_to_the_new_address(user: User, **_: object) -> None:
    with in_spite_of_refusals(user.pk):
        follow_login_address(user_id=user.pk)


@receiver(branding_changed)
def show_the_new_branding(**_: object) -> None:
    forget_branding()
