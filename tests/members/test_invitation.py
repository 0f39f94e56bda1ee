"""Inviting: who can be invited, what a link opens, and what stays on record."""

from datetime import timedelta

import pytest
from django.core import signing

from members.actions.invitation import (
    SALT,
    AlreadyInvited,
    AlreadyJoined,
    BadAddress,
    InvitationExpired,
    InvitationUsed,
    InvitationWithdrawn,
    MemberTookLeave,
    UnknownInvitation,
    invitation_of_token,
    invitation_token,
    invite,
    mark_joined,
    withdraw_invitation,
)
from members.actions.membership import close_membership
from members.models import Invitation, Member, StaffAct
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def femke():
    return make.staff(name="Femke")


def invited(femke, now, **fields):
    return invite(**{"email": "anna@example.nl", "staff_id": femke.pk, "now": now} | fields)


def test_an_invitation_holds_for_as_many_days_as_the_rules_say(femke, now):
    invitation = invited(femke, now, email=" Anna@Example.NL ", name="Anna\n  Visser")

    assert (invitation.email, invitation.name) == ("anna@example.nl", "Anna Visser")
    assert invitation.expires_at == now + timedelta(days=30)


def test_who_invited_whom_and_why_stays_known(femke, now):
    invitation = invited(femke, now, reason="First group")

    act = StaffAct.objects.on(invitation).get()
    assert (act.staff, act.at, act.reason) == (femke, now, "First group")


def test_whom_we_know_by_card_is_invited_as_themselves(femke, now):
    anna = make.member(email="anna@example.nl", name="Anna Visser", language="en")

    invitation = invited(femke, now)

    assert (invitation.member, invitation.name, invitation.language) == (anna, "Anna Visser", "en")
    assert StaffAct.objects.get().member == anna


def test_an_address_has_one_open_invitation(femke, now):
    first = invited(femke, now)

    with pytest.raises(AlreadyInvited):
        invited(femke, now, email="ANNA@example.nl")

    assert Invitation.objects.get() == first
    assert StaffAct.objects.count() == 1


def test_an_invitation_that_ran_out_makes_way_for_a_new_one(femke, now):
    old = invited(femke, now)

    new = invited(femke, now + timedelta(days=30))

    old.refresh_from_db()
    assert old.withdrawn_at == old.expires_at
    assert new.expires_at == now + timedelta(days=60)


def test_who_takes_part_already_is_not_invited(femke, now):
    member = make.member_with_login()

    with pytest.raises(AlreadyJoined):
        invited(femke, now, email=member.email)
    with pytest.raises(AlreadyJoined):
        invited(femke, now, email="other@example.nl", member_id=member.pk)


def test_a_login_that_is_no_member_yet_can_be_invited(femke, now):
    make.login(email="anna@example.nl")

    assert invited(femke, now).member is None


def test_who_left_is_not_invited(femke, now):
    member = make.member(email="anna@example.nl")
    close_membership(member_id=member.pk, now=now)

    with pytest.raises(MemberTookLeave):
        invited(femke, now)


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "a b@example.nl", "alice@example.org)bob@evil.com", "a@b\n.nl"]
)
def test_what_is_no_address_is_refused(femke, now, address):
    with pytest.raises(BadAddress):
        invited(femke, now, email=address)

    assert not Invitation.objects.exists()


def test_a_link_leads_to_its_invitation(femke, now):
    invitation = invited(femke, now)

    token = invitation_token(invitation=invitation)

    assert invitation_of_token(token=token, now=now) == invitation


@pytest.mark.parametrize("change", ["{}x", "x{}", "nothing", ""])
def test_a_link_that_was_tampered_with_opens_nothing(femke, now, change):
    token = change.format(invitation_token(invitation=invited(femke, now)))

    with pytest.raises(UnknownInvitation):
        invitation_of_token(token=token, now=now)


def test_a_token_made_for_something_else_opens_nothing(femke, now):
    invitation = invited(femke, now)

    for token in (signing.dumps(invitation.pk), signing.dumps(invitation.pk + 1, salt=SALT)):
        with pytest.raises(UnknownInvitation):
            invitation_of_token(token=token, now=now)


def test_a_link_that_ran_out_says_so(femke, now):
    token = invitation_token(invitation=invited(femke, now))

    with pytest.raises(InvitationExpired):
        invitation_of_token(token=token, now=now + timedelta(days=30))


def test_a_withdrawn_link_says_so(femke, now):
    invitation = invited(femke, now)

    withdraw_invitation(invitation_id=invitation.pk, now=now)

    with pytest.raises(InvitationWithdrawn):
        invitation_of_token(token=invitation_token(invitation=invitation), now=now)
    with pytest.raises(InvitationWithdrawn):
        withdraw_invitation(invitation_id=invitation.pk, now=now)


def test_a_withdrawn_address_can_be_invited_again(femke, now):
    withdraw_invitation(invitation_id=invited(femke, now).pk, now=now)

    assert invited(femke, now).withdrawn_at is None


def test_joining_uses_the_invitation_up(femke, now):
    invitation = invited(femke, now)
    member = make.member()

    for _ in range(2):
        mark_joined(invitation_id=invitation.pk, member_id=member.pk, now=now)

    invitation.refresh_from_db()
    assert (invitation.joined_as, invitation.joined_at) == (member, now)
    with pytest.raises(InvitationUsed):
        invitation_of_token(token=invitation_token(invitation=invitation), now=now)
    with pytest.raises(InvitationUsed):
        mark_joined(invitation_id=invitation.pk, member_id=make.member().pk, now=now)
    with pytest.raises(InvitationUsed):
        withdraw_invitation(invitation_id=invitation.pk, now=now)


def test_a_withdrawn_invitation_lets_nobody_in(femke, now):
    invitation = invited(femke, now)
    withdraw_invitation(invitation_id=invitation.pk, now=now)

    with pytest.raises(InvitationWithdrawn):
        mark_joined(invitation_id=invitation.pk, member_id=make.member().pk, now=now)

    assert Member.objects.count() == 1
