"""What this room does when allauth has news."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, user_logged_in
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from members.actions.joining import claim_membership, forget_unproven_answers
from members.actions.profile import follow_login_address
from members.actions.restoring import replay_stops
from members.branding_cache import forget_branding
from members.forms import APPLIED
from members.models import Member, User
from members.refusals import Refusal
from members.reports.joining import welcome_words
from members.reports.restoring import stops
from members.signals import (
    branding_changed,
    database_restored,
    replacement_considered,
    terms_published,
)
from members.terms_cache import forget_terms

log = structlog.get_logger("klaver.members")


@contextmanager
def in_spite_of_refusals(user_id: int) -> Iterator[None]:
    """A refusal keeps nobody from logging in; the portal offers to join, and says what is wrong."""
    try:
        yield
    except Refusal as refusal:
        log.info("refused after login", code=refusal.code, user_id=user_id)


@receiver(email_confirmed)
def join_with_a_confirmed_address(
    request: HttpRequest, email_address: EmailAddress, **_news: object
) -> None:
    """Use what was answered in this session; other answers may be anybody's."""
    if request.session.pop(APPLIED, None) != email_address.user_id:
        forget_unproven_answers(user_id=email_address.user_id)
    if not email_address.user.is_staff:
        _join(request, email_address.user)


@receiver(user_logged_in)
def claim_after_login(request: HttpRequest, user: User, **_news: object) -> None:
    if not user.is_staff:
        _join(request, user)


@receiver(email_changed)
def write_to_the_new_address(user: User, **_news: object) -> None:
    with in_spite_of_refusals(user.pk):
        follow_login_address(user_id=user.pk)


@receiver(branding_changed)
def show_the_new_branding(**_news: object) -> None:
    forget_branding()


@receiver(terms_published)
def go_by_the_new_terms(**_news: object) -> None:
    forget_terms()


def _join(request: HttpRequest, user: User) -> None:
    """Claim a membership, and welcome whoever has one from now on."""
    if Member.objects.filter(user=user).exists():
        return
    with in_spite_of_refusals(user.pk):
        joined = claim_membership(user_id=user.pk, now=timezone.now())
        if isinstance(joined, Member) and joined.status != Member.Status.CLOSED:
            messages.success(request, welcome_words(joined))


@receiver(replacement_considered)
def carry_stops(using: str, **_: object) -> tuple[str, list[dict[str, Any]]]:
    return "stops", stops(using=using)


@receiver(database_restored)
def keep_to_stops(carried: Mapping[str, list[dict[str, Any]]], **_: object) -> str:
    count = replay_stops(stops=carried.get("stops", []))
    return ngettext(
        "%(count)s person who said stop since then stays unmailed.",
        "%(count)s people who said stop since then stay unmailed.",
        count,
    ) % {"count": count}
