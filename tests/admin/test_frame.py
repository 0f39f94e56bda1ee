"""What surrounds every page: the way to it, its head, and how days are written there."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.utils import translation

from loyalty_site.models import JobRun
from tests import make

pytestmark = pytest.mark.django_db


def heading(client, address):
    page = client.get(address).content.decode()
    inside = re.search(r"<h1.*?</h1>", page, re.DOTALL).group()
    return [words for words in re.split(r"<[^>]+>|\s{2,}", inside) if words.strip()]


@pytest.fixture
def english(desk):
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return desk


def test_the_way_to_a_page_names_no_room(english):
    anna = make.member(name="Anna Visser")

    assert heading(english, "/admin/members/member/") == ["Members"]
    assert heading(english, f"/admin/members/member/{anna.pk}/change/") == [
        "Members",
        "chevron_right",
        "Anna Visser",
    ]


@pytest.mark.parametrize("address", ["/admin/counter/", "/admin/members/member/{}/adjust/"])
def test_a_page_without_buttons_of_its_own_offers_no_empty_menu(english, address):
    member = make.member()

    page = english.get(address.format(member.pk)).content.decode()

    assert "showActions" not in page


@pytest.mark.parametrize(
    ("period", "written"),
    [
        ("2026-06-14", "14 Jun 2026"),
        ("2026-06-14T10:05Z", "14 Jun 2026, 12:05"),
        ("the first", "the first"),
    ],
)
def test_a_jobs_day_or_moment_is_written_as_people_write_it(english, period, written):
    now = datetime(2026, 6, 14, 10, 5, tzinfo=UTC)
    run = JobRun.objects.create(
        job="expire_points", period=period, state="done", started_at=now, finished_at=now
    )

    with translation.override("en"):
        assert run.period_in_words == written
    for address in ("/admin/", "/admin/loyalty_site/jobrun/"):
        assert written in english.get(address).content.decode()
