"""Joining at the door: the form, its faults, modes, invitations and the line."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from members.actions.invitation import invitation_token, invite, withdraw_invitation
from members.actions.joining import claim_membership
from members.models import Acceptance, Application, Consent, Member, User
from points.models import Account
from tests import make
from tests.portal.conftest import client_of

ADULT = "1990-05-17"
NOOR = {"name": "Noor van Dijk", "email": "noor@example.nl", "birthday": ADULT}
SCRIPT = "<script>alert(1)</script>"


def text(response):
    return " ".join(response.content.decode().split())


def sent_code():
    return re.search(r"^[A-Z0-9]{3,}(-[A-Z0-9]{3,})?$", mail.outbox[-1].body, re.MULTILINE)[0]


def send(client, address="/accounts/signup/", **changes):
    answers = {key: value for key, value in (NOOR | changes).items() if value is not None}
    return client.post(address, answers, follow=True)


def join(client, address="/accounts/signup/", **changes):
    """Fill in the form and type the code; return the page one lands on."""
    page = send(client, address, **changes)
    return client.post(page.redirect_chain[-1][0], {"code": sent_code()}, follow=True)


def faults(page):
    return {
        name: [str(fault) for fault in found] for name, found in page.context["form"].errors.items()
    }


# The form


@pytest.mark.django_db(transaction=True)
def test_the_first_page_welcomes_by_name_and_has_the_bonus_already(visitor):
    make.published_program(welcome_bonus=100)

    page = join(visitor)

    assert page.redirect_chain[-1][0] == "/my/"
    assert "Welcome, Noor!" in text(page)
    assert "<strong>100</strong>" in text(page)
    assert Account.objects.get().balance == 100


def test_all_that_was_answered_is_kept_with_the_very_words(visitor, program):
    terms = make.terms()

    join(visitor, terms="on", terms_shown=terms.pk, news="on")

    member = Member.objects.get()
    consent = Consent.objects.get()
    assert (member.birthday, member.language) == (date(1990, 5, 17), "en")
    assert Acceptance.objects.get().terms == terms
    assert consent.given
    assert consent.wording == "Yes, mail me news and offers. I can stop at any time."


def test_news_is_asked_apart_and_off_by_default(visitor, program):
    page = text(visitor.get("/accounts/signup/"))
    join(visitor)

    assert re.search(r'<input type="checkbox" name="news"(?! checked)[^>]*>', page)
    assert Consent.objects.get().given is False


def test_no_more_is_asked_than_is_needed(visitor, program):
    make.joining(minimum_age=0)

    page = visitor.get("/accounts/signup/")

    assert list(page.context["form"].fields) == ["name", "email", "news"]


def test_terms_are_linked_and_asked_for_once_there_are_any(visitor, program):
    make.terms()

    page = visitor.get("/accounts/signup/")
    refused = send(visitor)

    assert 'href="/terms/"' in text(page)
    assert list(faults(refused)) == ["terms"]
    assert not User.objects.filter(email=NOOR["email"]).exists()


def test_terms_that_were_renewed_meanwhile_are_to_be_read_again(visitor, program):
    shown = make.terms()
    renewed = make.terms("Anders.")

    refused = send(visitor, terms="on", terms_shown=shown.pk)
    page = text(refused)

    assert "renewed" in faults(refused)["terms"][0]
    assert f'name="terms_shown" value="{renewed.pk}"' in page
    assert not User.objects.filter(email=NOOR["email"]).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 200),
        ("name", "Noor 😀"),
        ("name", SCRIPT),
        ("name", "www.example.com"),
        ("name", "Noor\x00"),
        ("email", "noor"),
        ("email", SCRIPT),
        ("email", "noor@mailinator.com"),
        ("email", "alice@example.org)bob@evil.com"),
        ("email", "noor@example.nl\x00"),
        ("email", f"{'x' * 300}@example.nl"),
        ("birthday", ""),
        ("birthday", SCRIPT),
        ("birthday", "2999-01-01"),
        ("birthday", "1870-01-01"),
        ("birthday", "0000-00-00"),
        ("birthday", (timezone.localdate() - timedelta(days=5000)).isoformat()),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_changes_nothing(visitor, program, field, value):
    page = send(visitor, **{field: value})

    assert page.status_code == 200
    assert list(faults(page)) == [field]
    assert f'id="id_{field}_error"' in text(page)
    assert SCRIPT not in text(page)
    assert not User.objects.exists()


def test_an_address_in_use_gives_nothing_away(visitor, program, member):
    known = send(visitor, email=member.email)
    unknown = send(Client(headers={"accept-language": "en"}))

    assert known.redirect_chain == unknown.redirect_chain
    assert mail.outbox[0].subject == "You are a member already"
    assert Application.objects.count() == 1


def test_sending_the_form_twice_leads_to_the_same_code_page(visitor, program):
    first = send(visitor)

    again = send(visitor)

    assert again.redirect_chain[-1] == first.redirect_chain[-1]
    assert User.objects.count() == 1


def test_a_disposable_address_is_refused_at_a_change_too(member, door):
    page = door.post("/accounts/email/", {"email": "noor@yopmail.com", "action_add": ""})

    assert "works for a few minutes only" in text(page)


# A login without membership


def test_answers_that_were_given_elsewhere_are_asked_again(program):
    stranger, owner = (Client(headers={"accept-language": "en"}) for _ in range(2))
    send(stranger, news="on")
    page = owner.post("/accounts/login/", {"login": NOOR["email"]}, follow=True)

    mine = owner.post(page.redirect_chain[-1][0], {"code": sent_code()}, follow=True)

    assert "You are not a member yet" in text(mine)
    assert not Consent.objects.exists()
    assert not Application.objects.exists()


def test_a_login_joins_by_the_same_questions(program):
    user = make.login(language="en")
    client = client_of(user)

    refused = client.post("/my/join/", {"name": user.name})
    page = client.post("/my/join/", {"name": user.name, "birthday": ADULT}, follow=True)

    assert list(faults(refused)) == ["birthday"]
    assert "Welcome, Sanne!" in text(page)
    assert Member.objects.get().user == user


def test_a_member_who_sends_the_form_again_is_sent_home(member, door):
    assert door.post("/my/join/", {"name": "Noor", "birthday": ADULT}).url == "/my/"


# Modes


def test_visitors_are_told_that_joining_is_by_invitation(visitor, program):
    make.joining("invitation")

    for address in ("/", "/accounts/signup/"):
        page = text(visitor.get(address))
        assert "Joining is by invitation for now." in page
        assert "Join with my invitation" in page


def test_a_form_that_asks_for_an_invitation_does_not_promise_a_membership(visitor, program):
    make.joining("invitation")

    form = text(visitor.get("/accounts/signup/"))
    own = text(client_of(make.login(language="en")).get("/my/"))

    assert "Join by invitation" in form
    assert "Become a member" not in form + own
    assert "Join with my invitation" in own


def test_visitors_are_told_how_long_the_line_is(visitor, program):
    make.joining("waiting_list", capacity=1)
    make.member()
    claim_membership(user_id=make.applicant().pk, now=timezone.now())

    for address in ("/", "/accounts/signup/"):
        page = text(visitor.get(address))
        assert "There is room for 1 member, and that place is spoken for." in page
        assert "1 person waits in line." in page
        assert "Join the line" in page


def test_a_form_opened_under_open_and_sent_under_invitation_makes_no_half_member(visitor, program):
    visitor.get("/accounts/signup/")
    make.joining("invitation")

    page = join(visitor)

    assert "By invitation for now" in text(page)
    assert not Member.objects.exists()
    assert visitor.get("/my/points/").status_code == 200


def test_who_was_invited_meanwhile_presses_once(visitor, program):
    make.joining("invitation")
    join(visitor)
    invite(email=NOOR["email"], staff_id=make.staff().pk, now=timezone.now())

    page = visitor.post("/my/join/again/", follow=True)

    assert "Welcome, Noor!" in text(page)


def test_looking_again_in_vain_says_why(visitor, program):
    make.joining("invitation")
    join(visitor)

    page = visitor.post("/my/join/again/", follow=True)

    assert "this address has no invitation" in text(page)


def test_who_has_to_wait_sees_their_place_and_can_leave(visitor, program):
    make.joining("waiting_list", capacity=1)
    make.member()
    for _ in range(11):
        claim_membership(user_id=make.applicant().pk, now=timezone.now())

    page = join(visitor)
    left = visitor.post("/my/join/leave/", follow=True)

    assert "You are number 12 in line" in text(page)
    assert "Your answers are gone, and your place with them." in text(left)
    assert Application.objects.waiting().count() == 11


# Invitations


@pytest.fixture
def invitation(program):
    make.joining("invitation")
    return invite(
        email="anna@example.nl",
        name="Anna Hoekstra",
        language="nl",
        staff_id=make.staff().pk,
        now=timezone.now(),
    )


def link(invitation):
    return f"/join/{invitation_token(invitation=invitation)}/"


def test_the_link_of_an_invitation_knows_whom_it_is_for(visitor, invitation):
    response = visitor.get(link(invitation))

    page = text(response)
    assert 'value="Anna Hoekstra"' in page
    assert 'value="anna@example.nl"' in page
    assert '<html lang="nl">' in page
    assert response.cookies["django_language"].value == "nl"


def test_a_language_that_was_chosen_goes_before_that_of_the_invitation(visitor, invitation):
    visitor.post("/language/", {"language": "en", "next": "/"})

    assert "You are invited" in text(visitor.get(link(invitation)))


def test_an_invited_person_joins_under_the_invited_address_alone(visitor, invitation):
    page = join(visitor, link(invitation), name="Anna", email="somebody@else.example")

    invitation.refresh_from_db()
    assert page.redirect_chain[-1][0] == "/my/"
    assert Member.objects.get().email == "anna@example.nl"
    assert invitation.joined_as == Member.objects.get()


def test_an_invitation_opens_once(visitor, invitation):
    join(visitor, link(invitation))

    again = Client(headers={"accept-language": "en"}).get(link(invitation))

    assert again.status_code == 410
    assert "Was it you? Then log in." in text(again)


def test_a_withdrawn_invitation_says_so(visitor, invitation):
    withdraw_invitation(invitation_id=invitation.pk, now=timezone.now())

    page = visitor.post(link(invitation), NOOR)

    assert page.status_code == 410
    assert not User.objects.filter(email=invitation.email).exists()


@pytest.mark.parametrize("token", ["x", "MQ:1:2", SCRIPT.replace("/", "")])
def test_a_made_up_link_opens_nothing(visitor, program, token):
    assert visitor.get(f"/join/{token}/").status_code == 404
