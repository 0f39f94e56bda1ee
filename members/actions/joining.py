"""Coming in by oneself: what a person answers, and whether there is a place for them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.actions.consent import answer_news
from members.actions.consent_requests import say_yes
from members.actions.enrollment import AddressInUse, enroll_member, refusing_a_taken_address
from members.actions.invitation import mark_joined
from members.actions.joining_rules import hold_joining_rules
from members.actions.terms import accept_terms
from members.details import check_birthday, tidy_name
from members.models import Application, Consent, Invitation, JoiningRules, Member, User
from members.refusals import Refusal
from members.reports.joining import room_left
from members.signals import announce, member_admitted


class NotApplied(Refusal):
    code = "not_applied"


class InvitationNeeded(Refusal):
    code = "invitation_needed"


class AlreadyMember(Refusal):
    code = "already_member"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says who wants to join; `wording` is what they were asked about news."""

    name: str
    language: str
    birthday: date | None = None
    terms_id: int | None = None
    wants_news: bool = False
    wording: str = ""
    invitation_id: int | None = None


@transaction.atomic
def apply_to_join(*, user_id: int, answers: Answers, now: datetime) -> Application:
    """
    Keep what somebody answered until their address has been verified, or their turn comes.

    Answering again replaces the answers and keeps the place in line. Refuses a name or
    birthday that cannot be, who is too young, and who takes part already.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if Member.objects.filter(user=user).exists():
        raise AlreadyMember(_("You are a member already."))
    check_birthday(
        answers.birthday,
        today=timezone.localdate(now),
        minimum_age=JoiningRules.current().minimum_age,
    )
    user.name, user.language = tidy_name(answers.name), answers.language
    user.save(update_fields=["name", "language"])
    application, _is_new = Application.objects.update_or_create(
        user=user,
        defaults={
            "birthday": answers.birthday,
            "terms_id": answers.terms_id,
            "wants_news": answers.wants_news,
            "wording": answers.wording,
            "invitation_id": answers.invitation_id,
            "applied_at": now,
        },
    )
    return application


@transaction.atomic
def forget_unproven_answers(*, user_id: int) -> None:
    """Throw away what somebody answered who has not shown that the address is theirs."""
    User.objects.select_for_update().get(pk=user_id)
    Application.objects.filter(
        user_id=user_id, queued_at__isnull=True, admitted_at__isnull=True
    ).delete()


@transaction.atomic
def leave_line(*, user_id: int) -> None:
    """Give up a place in line, and the answers with it; who was let in stays in."""
    User.objects.select_for_update().get(pk=user_id)
    Application.objects.filter(user_id=user_id, admitted_at__isnull=True).delete()


@transaction.atomic
def claim_membership(*, user_id: int, now: datetime) -> Member | Application:
    """
    Give a login its membership: the one staff brought in under its address, or a new one.

    The login's address must have been verified. Returns the application, in line, where
    there is no room. Calling it again changes nothing. Refuses who has answered nothing yet,
    and who was not invited while joining is by invitation.
    """
    earlier = Member.objects.filter(user_id=user_id).first()
    if earlier is not None:
        return earlier
    rules = hold_joining_rules()
    user = User.objects.select_for_update().get(pk=user_id)
    application = Application.objects.filter(user=user).first()
    invitation = _invitation_of(user, application, now)

    member = Member.objects.filter(user=user).first() or _known_as(user, invitation)
    if member is None:
        if application is None:
            raise NotApplied(_("You are not a member yet."))
        if invitation is None and not _has_a_place(rules):
            return _in_line(application, now)
        member = _enroll(user, application, now)
    return _settle(member, application, invitation, now)


@transaction.atomic
def admit(*, user_id: int, now: datetime) -> bool:
    """
    Let somebody in whose turn has come; False where there is no room.

    The caller goes down the line in order. Who has left the line meanwhile stays out.
    """
    rules = hold_joining_rules()
    user = User.objects.select_for_update().get(pk=user_id)
    application = Application.objects.filter(user=user).first()
    if application is None or not application.is_waiting:
        return True
    if rules.mode == JoiningRules.Mode.INVITATION or room_left(rules) == 0:
        return False
    invitation = _invitation_of(user, application, now)
    member = _known_as(user, invitation) or _enroll(user, application, now)
    _settle(member, application, invitation, now)
    announce(member_admitted, member_id=member.pk)
    return True


def _has_a_place(rules: JoiningRules) -> bool:
    """Nobody goes past those who wait."""
    if rules.mode == JoiningRules.Mode.INVITATION:
        raise InvitationNeeded(
            _("Joining is by invitation for now, and this address has no invitation.")
        )
    if rules.mode == JoiningRules.Mode.OPEN:
        return True
    return not Application.objects.waiting().exists() and room_left(rules) > 0


def _in_line(application: Application, now: datetime) -> Application:
    if application.queued_at is None:
        application.queued_at = now
        application.save(update_fields=["queued_at"])
    return application


def _invitation_of(user: User, application: Application | None, now: datetime) -> Invitation | None:
    """The invitation of this address: one that is open, or was when its link was followed."""
    ours = Invitation.objects.filter(email=user.email)
    opened = ours.open_at(now).first()
    if opened is not None or application is None or application.invitation_id is None:
        return opened
    return ours.filter(
        pk=application.invitation_id, joined_at__isnull=True, withdrawn_at__isnull=True
    ).first()


def _known_as(user: User, invitation: Invitation | None) -> Member | None:
    """The member whom we knew before this login: by the address, else by the invitation."""
    free = Member.objects.select_for_update(of=("self",)).filter(user__isnull=True)
    known = free.filter(email=user.email).first()
    if known is None and invitation is not None and invitation.member_id:
        known = free.taking_part().filter(pk=invitation.member_id).first()
    if known is None:
        return None
    known.user, known.language = user, user.language
    known.name = known.name or user.name
    known.email = user.email
    with refusing_a_taken_address():
        known.save(update_fields=["user", "name", "email", "language"])
    return known


def _enroll(user: User, application: Application, now: datetime) -> Member:
    try:
        return enroll_member(
            through=Member.Through.PORTAL,
            now=now,
            name=user.name,
            email=user.email,
            birthday=application.birthday,
            language=user.language,
            user_id=user.pk,
        )
    except AddressInUse:
        # A till may have enrolled this address a moment ago.
        member = _known_as(user, None)
        if member is None:
            raise
        return member


def _settle(
    member: Member,
    application: Application | None,
    invitation: Invitation | None,
    now: datetime,
) -> Member:
    """Give a member what was answered while joining, once."""
    if invitation is not None and invitation.joined_at is None:
        mark_joined(invitation_id=invitation.pk, member_id=member.pk, now=now)
    if application is None or application.admitted_at is not None:
        return member
    if member.birthday is None and application.birthday is not None:
        member.birthday = application.birthday
        member.save(update_fields=["birthday"])
    if application.terms_id is not None:
        accept_terms(member_id=member.pk, terms_id=application.terms_id, now=application.applied_at)
    if application.wording:
        _answer_about_news(member, application, now)
    application.admitted_at = now
    application.save(update_fields=["admitted_at"])
    return member


def _answer_about_news(member: Member, application: Application, now: datetime) -> None:
    if application.wants_news:
        say_yes(
            member_id=member.pk,
            wordings={Consent.Topic.NEWS: application.wording},
            language=member.language,
            how=Consent.How.JOINING,
            said_at=application.applied_at,
            now=now,
        )
        return
    answer_news(
        member_id=member.pk,
        given=False,
        how=Consent.How.JOINING,
        wording=application.wording,
        language=member.language,
        now=application.applied_at,
    )
