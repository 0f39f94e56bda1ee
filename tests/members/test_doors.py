"""What allauth's news does to membership, and the shape of joining."""

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, user_logged_in
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils.translation import gettext as _

from members.actions.cards import block_card
from members.actions.membership import close_membership
from members.forms import APPLIED
from members.models import Application, Member, User
from tests import make

pytestmark = pytest.mark.django_db


def request_of(rf, user, **session):
    """What allauth sends along: somebody at a page, with what their session holds."""
    request = rf.get("/")
    request.user, request.session = user, SessionStore()
    request.session.update(session)
    request._messages = FallbackStorage(request)
    return request


def log_in(rf, user):
    """Send what allauth sends when somebody has logged in."""
    user_logged_in.send(sender=User, request=request_of(rf, user), user=user)


def confirm(rf, user, **session):
    """Send what allauth sends when somebody has typed the code of an address."""
    email_confirmed.send(
        sender=EmailAddress,
        request=request_of(rf, user, **session),
        email_address=EmailAddress(user=user),
    )


def test_a_confirmed_address_makes_a_member_of_who_answered_in_this_session(rf):
    user = make.applicant()

    confirm(rf, user, **{APPLIED: user.pk})

    assert Member.objects.get().user == user


def test_answers_that_somebody_else_gave_for_an_address_are_not_used(rf):
    user = make.applicant(wants_news=True, wording="News?")

    confirm(rf, user)
    log_in(rf, user)

    assert not Member.objects.exists()
    assert not Application.objects.exists()


def test_a_login_that_answered_nothing_is_no_member(rf):
    log_in(rf, make.login())

    assert not Member.objects.exists()


def test_a_login_gets_what_a_till_enrolled_under_its_address(rf):
    user = make.login()
    enrolled = make.member(email=user.email)

    log_in(rf, user)

    enrolled.refresh_from_db()
    assert enrolled.user == user


def test_who_joins_is_welcomed_by_name_and_only_then(rf):
    user = make.applicant(name="Sanne de Vries")
    request = request_of(rf, user)

    user_logged_in.send(sender=User, request=request, user=user)
    user_logged_in.send(sender=User, request=request, user=user)

    assert [str(message) for message in get_messages(request)] == [
        _("Welcome, %(name)s! You are a member from now on and your card is ready.")
        % {"name": "Sanne"}
    ]


def test_nobody_is_welcomed_to_a_membership_that_was_closed(rf):
    user = make.login()
    enrolled = make.member(email=user.email)
    close_membership(member_id=enrolled.pk, now=make.NOW)
    request = request_of(rf, user)

    user_logged_in.send(sender=User, request=request, user=user)

    assert list(get_messages(request)) == []


def test_staff_do_not_become_members_by_logging_in(rf):
    user = make.staff()

    log_in(rf, user)
    confirm(rf, user)

    assert not Member.objects.exists()


def test_an_address_that_another_member_has_does_not_keep_one_from_logging_in(rf, caplog):
    user = make.applicant()
    make.member(email=user.email, user_id=make.login().pk)

    log_in(rf, user)

    assert not Member.objects.filter(user=user).exists()
    assert "address_in_use" in caplog.text
    assert user.email not in caplog.text


def test_a_changed_login_address_is_the_members_too(rf):
    member = make.member_with_login()
    User.objects.filter(pk=member.user_id).update(email="new@example.nl")

    email_changed.send(sender=User, request=rf.get("/"), user=member.user)

    member.refresh_from_db()
    assert member.email == "new@example.nl"


def test_strangers_are_sent_to_log_in(client):
    for name in ("card", "card_barcode", "card_qr", "profile"):
        assert client.get(reverse(f"members:{name}")).status_code == 302


def test_the_card_page_shows_what_a_till_scans(client):
    member = make.member_with_login()
    client.force_login(member.user)
    number = member.cards.get().number

    page = client.get(reverse("members:card")).content.decode()

    assert f"{number[0]} {number[1:7]} {number[7:]}" in page


@pytest.mark.parametrize("name", ["members:card_barcode", "members:card_qr"])
def test_a_card_is_drawn(client, name):
    member = make.member_with_login()
    client.force_login(member.user)

    drawing = client.get(reverse(name))

    assert drawing["Content-Type"] == "image/svg+xml"
    assert b"<svg" in drawing.content


@pytest.mark.parametrize("name", ["members:card_barcode", "members:card_qr"])
def test_a_blocked_card_is_not_drawn(client, name):
    member = make.member_with_login()
    block_card(card_id=member.cards.get().pk, reason="lost", now=make.NOW)
    client.force_login(member.user)

    assert client.get(reverse(name)).status_code == 404
    assert client.get(reverse("members:card")).status_code == 200


def test_the_profile_page_says_who_one_is(client):
    member = make.member_with_login()
    client.force_login(member.user)

    assert member.email in client.get(reverse("members:profile")).content.decode()
