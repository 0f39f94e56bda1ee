"""Joining and logging in by code, and the pages around it, all within the portal."""

import re

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from members.models import Member
from tests import make
from tests.portal.conftest import client_of


def text(response):
    return " ".join(response.content.decode().split())


def code_of(message):
    return re.search(r"^[A-Z0-9]{3,}(-[A-Z0-9]{3,})?$", message.body, re.MULTILINE)[0]


def join(client, email="noor@example.nl", name="Noor van Dijk"):
    answers = {"name": name, "email": email, "birthday": "1990-05-17"}
    return client.post("/accounts/signup/", answers, follow=True)


def test_joining_takes_a_name_an_address_and_a_code(visitor, program):
    page = join(visitor)

    response = visitor.post(page.redirect_chain[-1][0], {"code": code_of(mail.outbox[0])})

    member = Member.objects.get(email="noor@example.nl")
    assert response.url == "/my/"
    assert member.name == "Noor van Dijk"
    assert member.language == "en"
    assert member.cards.count() == 1


def test_the_subject_has_the_code_so_that_a_glance_is_enough(visitor, program):
    join(visitor)

    subject = mail.outbox[0].subject
    assert subject == f"{code_of(mail.outbox[0])} is your code to confirm your address"


def test_nobody_is_a_member_before_the_code(visitor, program):
    join(visitor)

    assert not Member.objects.exists()


def test_a_wrong_code_is_refused_beside_its_field(visitor, program):
    address = join(visitor).redirect_chain[-1][0]

    page = visitor.post(address, {"code": "WRONG"}).content.decode()

    assert 'aria-invalid="true"' in page
    assert 'id="id_code_error"' in page


def test_logging_in_takes_a_code_and_leads_to_ones_points(visitor, program, member):
    page = visitor.post("/accounts/login/", {"login": member.email}, follow=True)

    response = visitor.post(page.redirect_chain[-1][0], {"code": code_of(mail.outbox[-1])})

    assert mail.outbox[-1].subject.endswith("is your code to log in")
    assert response.url == "/my/"


def test_an_address_we_do_not_know_gets_a_mail_and_the_page_gives_nothing_away(
    visitor, program, member
):
    known = visitor.post("/accounts/login/", {"login": member.email}, follow=True)
    other = Client(headers={"accept-language": "en"})
    unknown = other.post("/accounts/login/", {"login": "who@example.nl"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert mail.outbox[-1].subject == "We do not know this address"
    assert "/accounts/signup/" in mail.outbox[-1].body


def test_joining_again_sends_to_the_login(visitor, program, member):

    join(visitor, email=member.email)

    assert mail.outbox[-1].subject == "You are a member already"
    assert "http://localhost:8000/accounts/login/" in mail.outbox[-1].body


def test_mail_speaks_the_language_of_the_page(program):
    join(Client(headers={"accept-language": "nl"}))

    assert "Marktzicht" in mail.outbox[0].body


def test_fields_have_labels_and_say_what_is_wrong(visitor, program):
    answers = {"name": "", "email": "nobody", "birthday": ""}

    page = visitor.post("/accounts/signup/", answers).content.decode()

    assert '<label for="id_name">' in page
    assert page.count('aria-invalid="true"') == 3


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/email/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/sessions/",
        "/accounts/logout/",
    ],
)
def test_the_pages_about_logging_in_belong_to_the_portal(member, door, address):

    page = door.get(address).content.decode()

    assert 'class="bottom"' in page
    assert "style=" not in page


def test_asking_for_a_new_address_shows_what_is_pending(member, door):

    page = door.post("/accounts/email/", {"email": "new@example.nl", "action_add": ""}, follow=True)

    assert "new@example.nl" in page.content.decode()


def test_staff_see_the_way_to_the_back_office(program):
    page = client_of(make.staff(language="en")).get("/my/").content.decode()

    assert 'href="/admin/"' in page


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("400.html", "This request cannot be read"),
        ("403.html", "This is not for you"),
        ("403_csrf.html", "The page was open too long"),
        ("404.html", "This page is not here"),
        ("429.html", "That was a bit too often"),
        ("500.html", "Something went wrong"),
    ],
)
def test_every_fault_has_a_page_even_without_a_context(template, words):
    with override("en"):
        assert words in render_to_string(template)


def test_a_form_without_its_token_is_refused_in_the_portal(program):
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    response = strict.post("/language/", {"language": "nl"})

    assert response.status_code == 403
    assert "The page was open too long" in text(response)


def test_too_many_tries_are_told_to_wait(visitor, program):
    for _ in range(40):
        response = visitor.post("/accounts/login/", {"login": "who@example.nl"})

    assert response.status_code == 429
    assert "That was a bit too often" in text(response)


def test_a_bug_shows_a_page_in_the_readers_language(settings, visitor, program, monkeypatch):
    def break_down(*_args):
        raise RuntimeError

    monkeypatch.setattr("loyalty_site.views.program_words", break_down)
    visitor.raise_request_exception = False

    response = visitor.get("/")

    assert response.status_code == 500
    assert "Something went wrong" in text(response)
