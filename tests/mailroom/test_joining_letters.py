"""The letters about coming in: each is written once, and the sweep writes what was missed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from mailroom.actions.joining_letters import (
    post_admission,
    post_invitation,
    post_missing_letters,
)
from mailroom.models import Letter
from members.actions.invitation import (
    invitation_of_token,
    invite,
    mark_joined,
    withdraw_invitation,
)
from members.models import Application
from members.signals import announce, member_admitted
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(now):
    return invite(
        email="anna@example.nl",
        name="Anna Visser",
        language="en",
        staff_id=make.staff().pk,
        now=now,
    )


def admitted(now, *, queued=True):
    member = make.member_with_login()
    Application.objects.create(
        user=member.user,
        applied_at=now,
        queued_at=now - timedelta(days=2) if queued else None,
        admitted_at=now,
    )
    return member


def test_an_invitation_is_written_once_with_a_link_that_opens_it(invitation, now, settings):
    settings.SITE_URL = "https://klaver.example.nl"

    first = post_invitation(invitation_id=invitation.pk, now=now)
    second = post_invitation(invitation_id=invitation.pk, now=now)

    assert first == second == Letter.objects.get()
    assert (first.to, first.language) == ("anna@example.nl", "en")
    token = re.search(r"https://klaver.example.nl/join/([^/]+)/", first.text)[1]
    assert invitation_of_token(token=token, now=now) == invitation
    assert "up to and including 15 July 2026" in first.text


def test_whom_we_know_is_told_so_and_has_the_letter_on_their_page(now):
    anna = make.member(email="anna@example.nl")
    invitation = invite(email="anna@example.nl", staff_id=make.staff().pk, now=now)

    letter = post_invitation(invitation_id=invitation.pk, now=now)

    assert letter.member == anna


@pytest.mark.parametrize("ended", ["withdrawn", "joined", "expired"])
def test_an_invitation_that_is_open_no_more_is_not_written(invitation, now, ended):
    later = now
    if ended == "withdrawn":
        withdraw_invitation(invitation_id=invitation.pk, now=now)
    elif ended == "joined":
        mark_joined(invitation_id=invitation.pk, member_id=make.member().pk, now=now)
    else:
        later = now + timedelta(days=31)

    assert post_invitation(invitation_id=invitation.pk, now=later) is None
    assert not Letter.objects.exists()


def test_inviting_writes_and_sends_at_once(
    django_capture_on_commit_callbacks, mailoutbox, settings, now
):
    with django_capture_on_commit_callbacks(execute=True):
        invite(email="anna@example.nl", staff_id=make.staff().pk, now=timezone.now())

    assert [message.to for message in mailoutbox] == [["anna@example.nl"]]
    assert Letter.objects.get().state == "sent"


def test_who_was_let_in_from_the_line_hears_of_it_once(
    django_capture_on_commit_callbacks, mailoutbox, now
):
    member = admitted(now)

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            announce(member_admitted, member_id=member.pk)

    assert [message.to for message in mailoutbox] == [[member.email]]
    assert "There is room" in mailoutbox[0].subject or member.language == "nl"


def test_who_has_no_address_gets_no_letter(now):
    assert post_admission(member_id=make.member(email=None).pk, now=now) is None


def test_the_sweep_writes_what_was_missed_and_nothing_twice(invitation, now):
    admitted(now)
    admitted(now, queued=False)

    assert post_missing_letters(now=now) == 2
    assert post_missing_letters(now=now) == 0
    assert {key.split(":")[0] for key in Letter.objects.values_list("key", flat=True)} == {
        "invitation",
        "admitted",
    }


def test_the_sweep_leaves_old_ones_alone(invitation, now):
    admitted(now)

    assert post_missing_letters(now=now + timedelta(days=8)) == 0
