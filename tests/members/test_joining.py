"""Coming in by oneself: answers, places, invitations, and what staff brought in."""

from datetime import date, timedelta

import pytest

from members.actions.enrollment import AddressInUse, enroll_member
from members.actions.invitation import invite, withdraw_invitation
from members.actions.joining import (
    AlreadyMember,
    Answers,
    InvitationNeeded,
    NotApplied,
    apply_to_join,
    claim_membership,
    forget_unproven_answers,
    leave_line,
)
from members.actions.membership import close_membership
from members.details import BadName, BirthdayNeeded, TooYoung
from members.models import Acceptance, Application, Card, Consent, Invitation, Member, User
from tests import make

pytestmark = pytest.mark.django_db
TILL = Member.Through.TILL
ADULT = date(1990, 5, 17)


def invited(user, now, **fields):
    return invite(email=user.email, staff_id=make.staff().pk, now=now, **fields)


# Answers


def test_answers_are_kept_until_the_address_is_verified(now):
    user = make.login(name="")
    terms = make.terms()

    apply_to_join(
        user_id=user.pk,
        answers=Answers("Sanne  de Vries", "en", ADULT, terms.pk, True, "News?"),
        now=now,
    )

    user.refresh_from_db()
    kept = Application.objects.get()
    assert (user.name, user.language) == ("Sanne de Vries", "en")
    assert (kept.birthday, kept.terms, kept.wants_news, kept.wording) == (
        ADULT,
        terms,
        True,
        "News?",
    )
    assert not Member.objects.exists()


def test_answering_again_replaces_the_answers_and_keeps_the_place(now):
    make.joining("waiting_list", capacity=1)
    make.member()
    user = make.applicant()
    claim_membership(user_id=user.pk, now=now)

    apply_to_join(
        user_id=user.pk, answers=Answers("Noor", "nl", ADULT), now=now + timedelta(days=1)
    )

    assert Application.objects.get().queued_at == now
    assert User.objects.get(pk=user.pk).name == "Noor"


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        (Answers("Sanne", "nl"), BirthdayNeeded),
        (Answers("Sanne", "nl", date(2015, 1, 1)), TooYoung),
        (Answers("😀", "nl", ADULT), BadName),
    ],
)
def test_answers_that_cannot_be_are_refused_and_leave_nothing(now, answers, refusal):
    user = make.login()

    with pytest.raises(refusal):
        apply_to_join(user_id=user.pk, answers=answers, now=now)

    assert not Application.objects.exists()
    assert User.objects.get(pk=user.pk).name == user.name


def test_a_member_does_not_apply(now):
    member = make.member_with_login()

    with pytest.raises(AlreadyMember):
        apply_to_join(user_id=member.user_id, answers=Answers("Sanne", "nl", ADULT), now=now)


def test_without_a_minimum_age_nobody_gives_a_birthday(now):
    make.joining(minimum_age=0)

    user = make.applicant(birthday=None)

    assert claim_membership(user_id=user.pk, now=now).birthday is None


def test_unproven_answers_are_forgotten_but_no_place_in_line(now):
    make.joining("waiting_list", capacity=1)
    make.member()
    waiting, unproven = make.applicant(), make.applicant()
    claim_membership(user_id=waiting.pk, now=now)

    forget_unproven_answers(user_id=waiting.pk)
    forget_unproven_answers(user_id=unproven.pk)

    assert Application.objects.get().user == waiting


# Claiming


def test_who_answered_becomes_a_member_with_all_that_was_answered(now):
    terms = make.terms()
    user = make.applicant(
        email="sanne@example.nl", terms_id=terms.pk, wants_news=True, wording="News, please?"
    )

    member = claim_membership(user_id=user.pk, now=now + timedelta(days=3))

    assert (member.user, member.email, member.birthday) == (user, "sanne@example.nl", ADULT)
    assert member.joined_through == Member.Through.PORTAL
    accepted = Acceptance.objects.get()
    assert (accepted.terms, accepted.accepted_at) == (terms, now)
    consent = Consent.objects.get()
    assert (consent.given, consent.how, consent.wording) == (True, "joining", "News, please?")
    assert Application.objects.get().admitted_at == now + timedelta(days=3)


def test_a_box_left_empty_is_a_no_on_record(now):
    user = make.applicant(wants_news=False, wording="News, please?")

    claim_membership(user_id=user.pk, now=now)

    assert Consent.objects.get().given is False


def test_claiming_again_changes_nothing(now):
    user = make.applicant(wants_news=True, wording="News?")
    first = claim_membership(user_id=user.pk, now=now)

    again = claim_membership(user_id=user.pk, now=now + timedelta(days=1))

    assert again == first
    assert again.joined_at == now
    assert Card.objects.count() == 1
    assert Consent.objects.count() == 1


def test_who_answered_nothing_is_no_member(now):
    with pytest.raises(NotApplied):
        claim_membership(user_id=make.login().pk, now=now)

    assert not Member.objects.exists()


def test_a_login_claims_what_a_till_enrolled_under_its_address(now):
    enrolled = enroll_member(through=TILL, email="sanne@example.nl", now=now)
    user = make.login(email="Sanne@example.nl", name="Sanne", language=User.Language.ENGLISH)

    member = claim_membership(user_id=user.pk, now=now)

    member.refresh_from_db()
    assert member.pk == enrolled.pk
    assert (member.user, member.name, member.language) == (user, "Sanne", "en")
    assert member.joined_through == TILL


def test_a_claim_keeps_the_name_and_birthday_that_staff_wrote(now):
    born = date(1980, 1, 1)
    enroll_member(
        through=Member.Through.STAFF,
        name="Mevrouw De Vries",
        email="s@example.nl",
        birthday=born,
        now=now,
    )
    user = make.applicant(email="s@example.nl", name="san")

    member = claim_membership(user_id=user.pk, now=now)

    assert (member.name, member.birthday) == ("Mevrouw De Vries", born)


def test_a_claim_does_not_take_another_logins_membership(now):
    other = make.member_with_login()
    user = make.applicant()
    Member.objects.filter(pk=other.pk).update(email=user.email)

    with pytest.raises(AddressInUse):
        claim_membership(user_id=user.pk, now=now)

    other.refresh_from_db()
    assert other.user != user


# By invitation


def test_by_invitation_nobody_else_comes_in(now):
    make.joining("invitation")
    user = make.applicant()

    with pytest.raises(InvitationNeeded):
        claim_membership(user_id=user.pk, now=now)

    assert not Member.objects.exists()
    assert Application.objects.get().queued_at is None


def test_by_invitation_an_invited_address_comes_in_and_the_invitation_is_used(now):
    make.joining("invitation")
    user = make.applicant()
    invitation = invited(user, now)

    member = claim_membership(user_id=user.pk, now=now)

    invitation.refresh_from_db()
    assert (invitation.joined_as, invitation.joined_at) == (member, now)


def test_by_invitation_what_staff_brought_in_is_in(now):
    make.joining("invitation")
    enrolled = make.member(email="sanne@example.nl")
    user = make.login(email="sanne@example.nl")

    assert claim_membership(user_id=user.pk, now=now) == enrolled


def test_an_invited_member_whom_we_knew_by_card_keeps_card_and_history(now):
    make.joining("invitation")
    known = make.member(name="", email=None)
    user = make.applicant(name="Anna Hoekstra")
    invited(user, now, member_id=known.pk)

    member = claim_membership(user_id=user.pk, now=now)

    assert member.pk == known.pk
    assert (member.name, member.email, member.user) == ("Anna Hoekstra", user.email, user)
    assert member.birthday == ADULT
    assert Member.objects.count() == 1


def test_an_expired_or_withdrawn_invitation_opens_nothing(now):
    make.joining("invitation")
    late, withdrawn = make.applicant(), make.applicant()
    invited(late, now - timedelta(days=31))
    gone = invited(withdrawn, now)
    withdraw_invitation(invitation_id=gone.pk, now=now)

    for user in (late, withdrawn):
        with pytest.raises(InvitationNeeded):
            claim_membership(user_id=user.pk, now=now)


def test_an_invitation_that_ran_out_while_the_code_was_typed_still_counts(now):
    make.joining("invitation")
    user = make.login()
    invitation = invited(user, now)
    apply_to_join(
        user_id=user.pk,
        answers=Answers("Sanne", "nl", ADULT, invitation_id=invitation.pk),
        now=now,
    )

    claim_membership(user_id=user.pk, now=now + timedelta(days=30, minutes=1))

    assert Invitation.objects.get().joined_at is not None


def test_an_invitation_of_another_address_opens_nothing(now):
    make.joining("invitation")
    user = make.login()
    other = invited(make.login(), now)
    apply_to_join(
        user_id=user.pk, answers=Answers("Sanne", "nl", ADULT, invitation_id=other.pk), now=now
    )

    with pytest.raises(InvitationNeeded):
        claim_membership(user_id=user.pk, now=now)


def test_who_filled_in_the_form_while_joining_was_open_is_no_half_member(now):
    user = make.applicant()
    make.joining("invitation")

    with pytest.raises(InvitationNeeded):
        claim_membership(user_id=user.pk, now=now)
    make.joining("open")

    assert claim_membership(user_id=user.pk, now=now).user == user


# In line


def test_where_there_is_no_room_one_stands_in_line(now):
    make.joining("waiting_list", capacity=1)
    make.member()
    user = make.applicant()

    standing = claim_membership(user_id=user.pk, now=now)
    again = claim_membership(user_id=user.pk, now=now + timedelta(hours=1))

    assert isinstance(standing, Application)
    assert again.queued_at == now
    assert Member.objects.count() == 1


def test_where_there_is_room_and_nobody_waits_one_comes_in(now):
    make.joining("waiting_list", capacity=1)

    assert isinstance(claim_membership(user_id=make.applicant().pk, now=now), Member)


def test_nobody_goes_past_those_who_wait(now):
    make.joining("waiting_list", capacity=1)
    first = make.member()
    early, late = make.applicant(), make.applicant()
    claim_membership(user_id=early.pk, now=now)
    close_membership(member_id=first.pk, now=now)

    assert isinstance(claim_membership(user_id=late.pk, now=now), Application)


def test_who_was_invited_does_not_wait(now):
    make.joining("waiting_list", capacity=1)
    make.member()
    user = make.applicant()
    invited(user, now)

    assert isinstance(claim_membership(user_id=user.pk, now=now), Member)


def test_leaving_the_line_gives_up_the_place_and_the_answers(now):
    make.joining("waiting_list", capacity=1)
    make.member()
    user = make.applicant()
    claim_membership(user_id=user.pk, now=now)

    leave_line(user_id=user.pk)

    assert not Application.objects.exists()


def test_who_was_let_in_cannot_leave_the_line_any_more(now):
    user = make.applicant()
    claim_membership(user_id=user.pk, now=now)

    leave_line(user_id=user.pk)

    assert Application.objects.get().admitted_at == now
