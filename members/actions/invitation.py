"""Inviting people, one address each: for a pilot, and for friends of the house later."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.traces import record_act
from members.models import Invitation, JoiningRules, Member, User
from members.refusals import Refusal
from members.reports.guests import Guest
from members.signals import announce, member_invited

SALT = "members.invitation"
LONGEST_NAME = 120


class BadAddress(Refusal):
    code = "bad_address"


class AlreadyInvited(Refusal):
    code = "already_invited"


class AlreadyJoined(Refusal):
    code = "already_joined"


class MemberTookLeave(Refusal):
    code = "member_took_leave"


class UnknownInvitation(Refusal):
    code = "unknown_invitation"


class InvitationWithdrawn(Refusal):
    code = "invitation_withdrawn"


class InvitationExpired(Refusal):
    code = "invitation_expired"


class InvitationUsed(Refusal):
    code = "invitation_used"


@transaction.atomic
def invite(
    *,
    email: str,
    name: str = "",
    language: str = User.Language.DUTCH,
    member_id: int | None = None,
    staff_id: int,
    reason: str = "",
    now: datetime,
) -> Invitation:
    """
    Give an address a place in the program; a letter follows.

    `member_id` is whom we know already by card alone; without it, whoever has the address.
    An invitation that has run out makes way for the new one. Refuses the address of who
    takes part already, one with an open invitation, and a member who left.
    """
    address = _address(email)
    member = _known_as(address, member_id)
    Invitation.objects.filter(
        email=address, joined_at__isnull=True, withdrawn_at__isnull=True, expires_at__lte=now
    ).update(withdrawn_at=now)
    invitation = Invitation(
        email=address,
        name=_one_line(name) or (member.name if member else ""),
        language=member.language if member and member.name else language,
        member=member,
        invited_by_id=staff_id,
        invited_at=now,
        expires_at=now + timedelta(days=JoiningRules.current().invitation_days),
    )
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_invitation_an_address" not in str(error):
            raise
        raise AlreadyInvited(
            gettext_lazy("This address has an invitation already that is still open.")
        ) from None
    record_act(
        staff_id=staff_id,
        what=_("Invited %(email)s") % {"email": address},
        on=invitation,
        now=now,
        member_id=member.pk if member else None,
        reason=reason,
    )
    announce(member_invited, invitation_id=invitation.pk)
    return invitation


@dataclass(slots=True)
class Invited:
    """What became of many invitations: how many went out, and whose did not and why."""

    sent: int = 0
    refused: list[tuple[Guest, Refusal]] = field(default_factory=list)


def invite_all(
    *, guests: Iterable[Guest], staff_id: int, reason: str = "", now: datetime
) -> Invited:
    """
    Invite many, each in a transaction of their own: a refusal stops nobody else.

    Called again it refuses those who have their invitation already.
    """
    done = Invited()
    for guest in guests:
        try:
            invite(
                email=guest.email,
                name=guest.name,
                language=guest.language,
                member_id=guest.member_id,
                staff_id=staff_id,
                reason=reason,
                now=now,
            )
            done.sent += 1
        except Refusal as refusal:
            done.refused.append((guest, refusal))
    return done


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, now: datetime) -> Invitation:
    """Take an invitation back: its link opens nothing any more. Refuses one that was used."""
    invitation = Invitation.objects.lock(invitation_id)
    _refuse_a_used_one(invitation)
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    return invitation


@transaction.atomic
def mark_joined(*, invitation_id: int, member_id: int, now: datetime) -> Invitation:
    """
    Write down that an invited person takes part, and as whom; a second time changes nothing.

    Refuses an invitation that was withdrawn or that somebody else used. One that has run
    out since it was opened still counts: `invitation_of_token` looked at the date.
    """
    invitation = Invitation.objects.lock(invitation_id)
    if invitation.joined_as_id == member_id:
        return invitation
    _refuse_a_used_one(invitation)
    invitation.joined_at, invitation.joined_as_id = now, member_id
    invitation.save(update_fields=["joined_at", "joined_as"])
    return invitation


def invitation_token(*, invitation: Invitation) -> str:
    """Return what stands in the link of an invitation: it names it and cannot be made up."""
    return signing.dumps(invitation.pk, salt=SALT)


def invitation_of_token(*, token: str, now: datetime) -> Invitation:
    """Return the open invitation of a link; refuses a forged, withdrawn, used or old one."""
    try:
        found = Invitation.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        found = None
    if found is None:
        raise UnknownInvitation(
            gettext_lazy("We don't know this link. Open it as it stands in your letter.")
        )
    _refuse_a_used_one(found)
    if found.expires_at <= now:
        raise InvitationExpired(
            gettext_lazy("This invitation has run out. Ask us for a new one if you like to join.")
        )
    return found


def _refuse_a_used_one(invitation: Invitation) -> None:
    if invitation.joined_at is not None:
        raise InvitationUsed(
            gettext_lazy("Somebody has joined with this invitation. Was it you? Then log in.")
        )
    if invitation.withdrawn_at is not None:
        raise InvitationWithdrawn(gettext_lazy("This invitation was withdrawn."))


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress(
            gettext_lazy("This is not an e-mail address; write one like anna@example.nl.")
        ) from None
    return address


def _one_line(name: str) -> str:
    """A name goes into a letter: it brings no lines of its own."""
    return " ".join(name.split())[:LONGEST_NAME]


def _known_as(address: str, member_id: int | None) -> Member | None:
    """The locked member behind an address, unless there is nobody or they cannot be invited."""
    if member_id is None:
        member = Member.objects.select_for_update(of=("self",)).filter(email=address).first()
    else:
        member = Member.objects.lock(member_id)
    if Member.objects.filter(user__email=address).exists() or (member and member.user_id):
        raise AlreadyJoined(gettext_lazy("Who has this address takes part already."))
    if member is not None and member.status == Member.Status.CLOSED:
        raise MemberTookLeave(gettext_lazy("This member has ended their membership."))
    return member
