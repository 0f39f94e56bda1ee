"""The letters about coming in: the invitation, and that there is room at last."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from mailroom.actions.posting import post_letter
from mailroom.models import Letter
from mailroom.wording import Written, write_letter
from members.actions.invitation import invitation_token
from members.models import Application, Invitation, Member

INVITATION = "invitation"
ADMITTED = "admitted"
SWEPT_BACK = timedelta(days=7)
A_SWEEP = 1_000
A_MOMENT = timedelta(microseconds=1)


def post_invitation(*, invitation_id: int, now: datetime) -> Letter | None:
    """Write to an invited address, once. Returns None if the invitation is open no more."""
    invitation = (
        Invitation.objects.open_at(now).select_related("member").filter(pk=invitation_id).first()
    )
    if invitation is None:
        return None
    written = write_letter(
        INVITATION,
        language=invitation.language,
        reader=invitation.name,
        url=_address(reverse("members:invited", args=[invitation_token(invitation=invitation)])),
        now=now,
        is_known=invitation.member_id is not None,
        until=_last_day(invitation),
    )
    key = f"{INVITATION}:{invitation.pk}"
    return _post(key, invitation.email, written, invitation.member_id, now)


def post_admission(*, member_id: int, now: datetime) -> Letter | None:
    """Tell a member who waited in line that there is room, once. None without an address."""
    member = Member.objects.get(pk=member_id)
    if not member.email:
        return None
    written = write_letter(
        ADMITTED,
        language=member.language,
        reader=member.name,
        url=_address(reverse("members:card")),
        now=now,
    )
    return _post(f"{ADMITTED}:{member_id}", member.email, written, member_id, now)


def post_missing_letters(*, now: datetime) -> int:
    """Write every letter of the last days that an announcement missed; returns how many."""
    invitations = _without_letter(
        Invitation.objects.open_at(now).filter(invited_at__gt=now - SWEPT_BACK), INVITATION, "pk"
    )
    admitted = _without_letter(
        Application.objects.filter(
            queued_at__isnull=False,
            admitted_at__gt=now - SWEPT_BACK,
            user__member__email__isnull=False,
        ),
        ADMITTED,
        "user__member",
    )
    letters = [post_invitation(invitation_id=number, now=now) for number in invitations]
    letters += [post_admission(member_id=number, now=now) for number in admitted]
    return len([letter for letter in letters if letter is not None])


def _without_letter(rows: QuerySet[Any], about: str, number: str) -> list[int]:
    key = Concat(Value(f"{about}:"), Cast(OuterRef(number), CharField()))
    waiting = rows.filter(~Exists(Letter.objects.filter(key=key)))
    return list(waiting.order_by("pk").values_list(number, flat=True)[:A_SWEEP])


def _last_day(invitation: Invitation) -> str:
    with translation.override(invitation.language):
        return date_format(timezone.localtime(invitation.expires_at - A_MOMENT), "j F Y")


def _post(key: str, to: str, written: Written, member_id: int | None, now: datetime) -> Letter:
    return post_letter(
        key=key,
        to=to,
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        member_id=member_id,
        now=now,
    )


def _address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
