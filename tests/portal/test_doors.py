"""The doors of the portal: who gets in, and what each page shows."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from members.actions.cards import block_card
from members.actions.membership import close_membership, freeze_membership
from members.models import Member
from tests import make
from tests.portal.conftest import client_of

MEMBER_PAGES = ["/my/", "/my/points/", "/my/points/download/", "/my/card/", "/my/profile/"]


def text(response):
    return " ".join(response.content.decode().split())


# Visitors


def test_the_first_page_explains_the_program_in_force(visitor, program):
    page = text(visitor.get("/"))

    assert "You earn 1 point for every euro you spend." in page
    assert "Silver" in page
    assert "Become a member" in page


def test_the_first_page_announces_a_version_to_come(visitor, program):
    later = timezone.now() + timedelta(days=30)
    make.published_program(now=timezone.now(), rate=3, effective_at=later.isoformat())

    page = text(visitor.get("/"))

    assert "You earn 3 points for every euro you spend." in page
    assert page.index("You earn 1 point") < page.index("You earn 3 points")


def test_without_a_program_the_first_page_says_so_and_asks_nobody_to_join(visitor):
    page = text(visitor.get("/"))

    assert "The program opens soon" in page
    assert "Become a member" not in page


@pytest.mark.parametrize("address", [*MEMBER_PAGES, "/my/card/barcode.svg", "/my/card/qr.svg"])
def test_who_is_not_logged_in_is_asked_to(visitor, program, address):
    response = visitor.get(address)

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("address", MEMBER_PAGES)
def test_a_login_without_membership_is_offered_one(program, address):
    user = make.login(language="en")

    page = text(client_of(user).get(address))

    assert "You are not a member yet" in page
    assert 'action="/my/join/"' in page


def test_joining_takes_a_press_and_a_second_press_changes_nothing(program):
    user = make.staff(language="en")
    client, answers = client_of(user), {"name": "Sanne", "birthday": "1990-05-17"}

    client.post("/my/join/", answers)
    response = client.post("/my/join/", answers, follow=True)

    assert response.redirect_chain == [("/my/", 302)]
    assert Member.objects.filter(user=user).count() == 1


def test_joining_is_refused_in_words_when_the_address_is_taken(program):
    user = make.login(language="en")
    make.member(email=user.email, user_id=make.login().pk)

    answers = {"name": "Sanne", "birthday": "1990-05-17"}
    response = client_of(user).post("/my/join/", answers, follow=True)

    assert "This e-mail address belongs to another member." in text(response)


def test_joining_cannot_happen_by_following_a_link(door):
    assert door.get("/my/join/").status_code == 405


# Members


def test_home_shows_what_can_be_spent_what_expires_and_the_way_to_the_next_tier(door, member):
    make.purchase(member, "1250.00", at=timezone.now() - timedelta(days=1), now=timezone.now())

    page = text(door.get("/my/"))

    assert "<strong>1,250</strong> points" in page
    assert "<strong>1,250</strong> points expire after" in page
    assert "<strong>€250</strong> more" in page
    assert "takes you to Gold" in page
    assert "<strong>250</strong> more status points to Gold" in page
    assert "You are Silver since" in page


def test_home_shows_points_on_their_way_and_what_is_owed(program, member, door):
    make.published_program(
        now=timezone.now(),
        pending_days=5,
        effective_at=(timezone.now() + timedelta(seconds=1)).isoformat(),
    )
    later = timezone.now() + timedelta(seconds=2)
    make.purchase(member, "40.00", at=later, now=later)

    page = text(door.get("/my/"))

    assert "40 more are on their way, the first from" in page


def test_an_empty_home_says_how_to_begin(door):
    page = text(door.get("/my/"))

    assert "your first points appear here" in page
    assert 'href="/my/card/"' in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda pk: freeze_membership(member_id=pk), "Your membership is frozen"),
        (
            lambda pk: close_membership(member_id=pk, now=timezone.now()),
            "Your membership has been closed",
        ),
    ],
)
def test_home_says_when_points_cannot_be_spent(door, member, change, words):
    change(member.pk)

    assert words in text(door.get("/my/"))


def test_the_card_shows_its_number_and_both_codes(door, member):
    number = member.cards.get().number

    page = text(door.get("/my/card/"))

    assert f"{number[0]} {number[1:7]} {number[7:]}" in page
    for address in ("/my/card/barcode.svg", "/my/card/qr.svg"):
        image = door.get(address)
        assert image.headers["Content-Type"] == "image/svg+xml"
        assert "private" in image.headers["Cache-Control"]
        assert b"<svg" in image.content


def test_a_blocked_card_is_not_shown(door, member):
    block_card(card_id=member.cards.get().pk, reason="lost", now=timezone.now())

    assert "None of your cards works" in text(door.get("/my/card/"))
    assert door.get("/my/card/barcode.svg").status_code == 404


def test_the_profile_names_the_member_and_the_ways_to_log_in(door, member):
    page = text(door.get("/my/profile/"))

    assert member.name in page
    assert member.user.email in page
    assert 'href="/accounts/2fa/"' in page


# Language


def test_a_chosen_language_is_kept_on_the_device_and_with_the_login(door, member):
    response = door.post("/language/", {"language": "nl", "next": "/my/"})

    member.refresh_from_db()
    member.user.refresh_from_db()
    assert response.url == "/my/"
    assert door.cookies[settings.LANGUAGE_COOKIE_NAME].value == "nl"
    assert (member.language, member.user.language) == ("nl", "nl")
    assert '<html lang="nl">' in text(door.get("/my/"))


def test_a_visitor_chooses_a_language_too(visitor, program):
    visitor.post("/language/", {"language": "nl", "next": "/"})

    assert '<html lang="nl">' in text(visitor.get("/"))


def test_a_language_we_do_not_speak_changes_nothing(door, member):
    door.post("/language/", {"language": "xx", "next": "/my/"})

    member.refresh_from_db()
    assert member.language == "en"


def test_the_language_switch_leads_to_no_other_site(visitor, program):
    response = visitor.post("/language/", {"language": "nl", "next": "https://evil.example/"})

    assert response.url == "/"


# Faults


def test_a_page_that_is_not_there_says_so_within_the_portal(visitor, program):
    response = visitor.get("/nowhere/")

    assert response.status_code == 404
    assert "This page is not here" in text(response)
    assert "Marktzicht" in text(response)


def test_every_page_carries_the_strict_policy(door):
    policy = door.get("/my/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
