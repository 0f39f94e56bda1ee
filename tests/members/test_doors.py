"""What allauth's news does to membership, and the shape of joining."""

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from members.actions.cards import block_card
from members.forms import JoinForm
from members.models import Member, User
from tests import make

pytestmark = pytest.mark.django_db


def log_in(rf, user):
    """Send what allauth sends when somebody has logged in."""
    request = rf.get("/")
    request.user, request.session = user, SessionStore()
    user_logged_in.send(sender=User, request=request, user=user)


def join(**fields):
    return JoinForm(data={"name": "Sanne", "email": "sanne@example.nl"} | fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "San\x00ne"),
        ("name", "  "),
        ("name", "x" * 121),
        ("email", "sanne\x00@example.nl"),
        ("email", "sanne"),
    ],
)
def test_joining_says_what_is_wrong_with_a_name_or_an_address(field, value):
    form = join(**{field: value})

    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_joining_asks_for_a_name_and_an_address():
    form = join()

    assert form.is_valid()
    assert list(form.fields) == ["name", "email"]


def test_a_login_makes_a_member(rf):
    user = make.login()

    log_in(rf, user)

    assert Member.objects.get().user == user


def test_staff_do_not_become_members_by_logging_in(rf):
    user = make.staff()

    log_in(rf, user)
    email_confirmed.send(sender=EmailAddress, email_address=EmailAddress(user=user))

    assert not Member.objects.exists()


def test_a_confirmed_address_makes_a_member():
    user = make.login()

    email_confirmed.send(sender=EmailAddress, email_address=EmailAddress(user=user))

    assert Member.objects.get().user == user


def test_an_address_that_another_member_has_does_not_keep_one_from_logging_in(rf, caplog):
    user = make.login()
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


def test_a_login_without_membership_is_offered_one(client):
    client.force_login(make.login())

    page = client.get(reverse("members:card"))

    assert reverse("members:claim") in page.content.decode()


def test_a_login_joins_by_the_button(client):
    user = make.login()
    client.force_login(user)

    answer = client.post(reverse("members:claim"))

    assert answer.status_code == 302
    assert Member.objects.get().user == user


def test_a_refused_claim_is_said_on_the_next_page(client):
    user = make.login()
    make.member(email=user.email, user_id=make.login().pk)
    client.force_login(user)

    page = client.post(reverse("members:claim"), follow=True)

    assert not Member.objects.filter(user=user).exists()
    assert [str(message) for message in page.context["messages"]] != []


def test_joining_is_no_link(client):
    client.force_login(make.login())

    assert client.get(reverse("members:claim")).status_code == 405


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
