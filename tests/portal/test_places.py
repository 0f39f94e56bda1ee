"""Where one can go from every page, and where one is."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from members.actions.membership import close_membership
from members.terms_cache import forget_terms, terms_in_force
from tests import make
from tests.portal.conftest import client_of

CURRENT = re.compile(r'href="([^"]+)"\s+aria-current="(page|true)"')
PLACE = re.compile(r'<ul class="places">(.*?)</ul>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)"')
CARD = 'href="/my/card/"'


def current(page):
    return set(CURRENT.findall(page.content.decode()))


def bar(page):
    return LINK.findall(PLACE.findall(page.content.decode())[0])


def head(page):
    return page.content.decode().split("</header>", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/my/", {("/my/", "page")}),
        ("/my/points/", {("/my/points/", "page")}),
        ("/my/points/claim/", {("/my/points/", "true")}),
        ("/my/points/expiring/", {("/my/points/", "true")}),
        ("/my/card/", {("/my/card/", "page")}),
        ("/my/vouchers/", {("/rewards/", "true")}),
        ("/my/profile/", {("/my/profile/", "page")}),
        ("/my/leave/", {("/my/profile/", "true")}),
        ("/my/terms/", {("/my/profile/", "true")}),
        ("/accounts/email/", {("/my/profile/", "true")}),
        ("/accounts/2fa/", {("/my/profile/", "true")}),
        ("/accounts/sessions/", {("/my/profile/", "true")}),
        ("/terms/", {("/", "true")}),
        ("/", {("/", "page")}),
    ],
)
def test_a_page_below_a_place_marks_that_place(door, address, where):
    make.terms()

    assert current(door.get(address, follow=True)) == where


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/", {("/", "page")}),
        ("/accounts/login/", {("/accounts/login/", "page")}),
        ("/accounts/signup/", {("/accounts/signup/", "page")}),
        ("/nowhere/", set()),
    ],
)
def test_a_visitor_sees_where_they_are(visitor, program, address, where):
    assert current(visitor.get(address)) == where


@pytest.mark.parametrize("address", ["/", "/my/", "/my/points/", "/accounts/email/"])
def test_who_is_no_member_yet_is_shown_no_card_and_no_points(program, address):
    client = client_of(make.login(language="en"))

    page = client.get(address)

    assert CARD not in head(page)
    assert bar(page) == ["/my/", "/", "/accounts/logout/"]


def test_who_waits_in_line_is_shown_no_card(program):
    make.joining("waiting_list", capacity=1)
    make.member()
    client = client_of(make.applicant())

    page = client.get("/my/")

    assert CARD not in head(page)


def test_a_member_has_their_card_at_hand_everywhere(door):
    for address in ("/", "/my/", "/accounts/email/", "/nowhere/"):
        assert CARD in head(door.get(address, follow=True)), address


def test_who_left_keeps_the_profile_and_is_shown_no_card(door, member):
    close_membership(member_id=member.pk, now=timezone.now())

    page = door.get("/my/")

    assert CARD not in page.content.decode()
    assert 'href="/my/profile/"' in head(page)


def test_the_foot_leads_to_the_terms_once_there_are_any(visitor, door):
    without = [client.get("/").content.decode() for client in (visitor, door)]
    make.terms(now=timezone.now())
    forget_terms()
    having = [client.get("/").content.decode() for client in (visitor, door)]

    assert not any('href="/terms/"' in page for page in without)
    assert all('href="/terms/"' in page for page in having)


def test_pages_do_not_ask_for_the_terms_each_time(program, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [terms_in_force(timezone.now()) for _page in range(3)] == [None] * 3
    terms = make.terms(now=timezone.now() - timedelta(days=1))
    forget_terms()

    with django_assert_num_queries(1):
        assert [terms_in_force(timezone.now()) for _page in range(3)] == [terms.pk] * 3


def test_who_left_is_not_told_what_to_reach_or_to_lose(program):
    member = make.member_with_login(points=900, language="en")
    close_membership(member_id=member.pk, now=timezone.now())
    client = client_of(member.user)
    client.post("/language/", {"language": "en"})

    page = client.get("/my/").content.decode()

    assert "They can no longer be spent." in page
    assert 'id="tier"' not in page
    assert 'id="expiring"' not in page
