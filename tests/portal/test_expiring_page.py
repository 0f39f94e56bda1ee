"""Everything that expires, by date."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from tests.portal.conftest import client_of


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def weekly(member):
    """Eight purchases, a week apart: eight days on which points expire."""
    now = timezone.now()
    for week in range(8):
        make.purchase(member, f"{week + 10}.00", at=now - timedelta(days=7 * week), now=now)
    return member


def test_home_shows_what_expires_first_and_five_days(door, weekly):
    page = text(door.get("/my/"))

    assert "<strong>17</strong> points expire after" in page
    strip = page[page.index('class="strip"') : page.index('aria-labelledby="tier"')]
    assert strip.count("<dt>") == 5
    assert 'href="/my/points/expiring/"' in strip


def test_the_page_has_every_day_the_soonest_first(door, weekly):
    page = text(door.get("/my/points/expiring/"))

    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert re.findall(r'class="points">(\d+)<', rows) == [str(17 - week) for week in range(8)]


def test_who_has_nothing_is_told_how_to_begin(door):
    page = text(door.get("/my/points/expiring/"))

    assert "You have no points that could expire." in page
    assert 'href="/my/card/"' in page


@pytest.mark.django_db
def test_who_has_points_for_ever_is_told_so():
    make.published_program(valid_months=0)
    user = make.login(language="en")
    member = make.member(user_id=user.pk, email=user.email)
    make.purchase(member, "20.00")

    page = text(client_of(user).get("/my/points/expiring/"))

    assert "Your points do not expire." in page


def test_nobody_sees_what_expires_of_another_member(weekly):
    other = make.member_with_login()

    assert "<tbody>" not in text(client_of(other.user).get("/my/points/expiring/"))


def test_who_is_not_logged_in_is_asked_to(visitor, program):
    assert visitor.get("/my/points/expiring/").url.startswith("/accounts/login/")
