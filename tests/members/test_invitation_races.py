"""Inviting, several at once."""

import pytest

from members.actions.invitation import invite, mark_joined, withdraw_invitation
from members.models import Invitation
from tests import make
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def test_one_address_invited_by_many_at_once_gets_one_invitation():
    femke = make.staff()

    def ask(_):
        return bool(invite(email="anna@example.nl", staff_id=femke.pk, now=NOW))

    answers = at_once(ask, 6)

    assert answers.count(True) == 1
    assert answers.count("already_invited") == 5


def test_an_invitation_is_used_or_withdrawn_never_both():
    femke, member = make.staff(), make.member()
    for number in range(6):
        invitation = invite(email=f"anna{number}@example.nl", staff_id=femke.pk, now=NOW)

        def work(turn, key=invitation.pk):
            if turn:
                withdraw_invitation(invitation_id=key, now=NOW)
            else:
                mark_joined(invitation_id=key, member_id=member.pk, now=NOW)
            return True

        answers = at_once(work)

        assert answers.count(True) == 1
    assert not Invitation.objects.filter(
        joined_at__isnull=False, withdrawn_at__isnull=False
    ).exists()


def test_one_invitation_lets_one_member_in():
    femke, people = make.staff(), [make.member() for _ in range(4)]
    invitation = invite(email="anna@example.nl", staff_id=femke.pk, now=NOW)

    answers = at_once(
        lambda number: (
            mark_joined(invitation_id=invitation.pk, member_id=people[number].pk, now=NOW).pk
        ),
        4,
    )

    assert answers.count("invitation_used") == 3
