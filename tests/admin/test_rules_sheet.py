"""The rules on one page for the counter."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from points.program_cache import current_program
from points.reports.counter_words import answers
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
SHEET = "/admin/points/programversion/rules-sheet/"


def said(**changes):
    make.published_program(**changes)
    rules = current_program().at(NOW)
    with translation.override("en"):
        return {each.question: each.answer for each in answers(rules, claim_days=30)}


def test_any_staff_may_read_the_rules_and_nobody_else(desk_of, client):
    make.published_program()

    assert desk_of().get(SHEET).status_code == 200
    assert client.get(SHEET).status_code == 302


def test_the_sheet_says_what_members_read(desk_of):
    make.published_program(silver="1.25", excluded='["Tabak"]', now=timezone.now())

    page = desk_of().get(SHEET, {"language": "en"}).content.decode()

    assert "You earn 1 point for every euro you spend." in page
    assert "Some things earn no points: Tabak." in page
    assert "Silver" in page
    assert "1.25× points" in page
    assert '<html lang="en">' in page


def test_the_sheet_speaks_the_language_asked_for_whoever_prints_it(desk_of):
    make.published_program()
    client = desk_of()

    dutch = client.get(SHEET, {"language": "nl"}).content.decode()
    english = client.get(SHEET, {"language": "en"}).content.decode()
    odd = client.get(SHEET, {"language": "xx"})

    assert ("Zilver" in dutch, "Silver" in dutch) == (True, False)
    assert ("Zilver" in english, "Silver" in english) == (False, True)
    assert odd.status_code == 200


def test_without_a_program_the_sheet_says_so(desk_of):
    page = desk_of().get(SHEET, {"language": "en"}).content.decode()

    assert "No program is in force yet" in page


def test_a_version_for_later_is_announced(desk_of):
    now = timezone.now()
    make.published_program(now=now)
    later = (now + timedelta(days=40)).isoformat()
    make.published_program(effective_at=later, now=now)

    page = desk_of().get(SHEET, {"language": "en"}).content.decode()

    assert "other rules apply: print this again then." in page


def test_the_answers_follow_the_version():
    with_all = said(welcome_bonus=50, valid_months=9)

    assert "They get 50 points as a welcome." in with_all["“I am not a member yet.”"]
    assert with_all["“Where have my points gone?”"].startswith("Points last 9 months.")
    assert "365 days" in with_all["“Why have I lost my tier?”"]
    assert "within 30 days" in with_all["“I forgot my card.”"]


def test_what_a_version_does_not_have_is_not_said():
    without = said(valid_months=0)

    assert "welcome" not in without["“I am not a member yet.”"]
    assert without["“Where have my points gone?”"].startswith("Points do not expire.")


def test_the_list_of_versions_leads_to_the_sheet(desk):
    make.published_program()

    page = desk.get("/admin/points/programversion/", follow=True).content.decode()

    assert "/admin/points/programversion/sheet" in page
    assert desk.get("/admin/points/programversion/sheet", follow=True).status_code == 200
