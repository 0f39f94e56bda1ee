"""The book in the portal: filters, pages, explanations and the download; also without JavaScript."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from points.actions.purchases import Where
from points.kinds import Kind
from points.reports.download import harmless
from points.views import LINES_A_PAGE
from tests import make
from tests.portal.conftest import client_of

HTMX = {"HX-Request": "true"}
QUERIES_WITHOUT_POINTS = 4


@pytest.fixture
def history(member):
    """Thirty purchases, a day apart, the latest yesterday, and a correction."""
    now = timezone.now()
    for day in range(1, 31):
        make.purchase(member, f"{day}.50", at=now - timedelta(days=day), now=now)
    make.give(member, 7, now=now)
    return member


def page(response):
    return " ".join(response.content.decode().split())


def rows(response):
    return list(csv.reader(StringIO(response.content.decode().removeprefix("\ufeff"))))


def test_lines_unfold_into_their_explanation_without_javascript(door, history):
    body = page(door.get("/my/points/"))

    assert body.count("<details>") == LINES_A_PAGE
    assert "7 points added as a correction." in body
    assert "€1.50 × 1 per euro = 1.5, rounded down to 1 point." in body


def test_older_lines_are_a_link_away(door, history):
    first = page(door.get("/my/points/"))
    second = page(door.get("/my/points/?page=2"))

    assert 'rel="next" href="/my/points/?page=2"' in first
    assert 'rel="prev"' not in first
    assert second.count("<details>") == 31 - LINES_A_PAGE
    assert 'rel="next"' not in second


@pytest.mark.parametrize("number", ["0", "99", "-1", "x"])
def test_a_page_that_is_not_there_gives_the_nearest(door, history, number):
    assert door.get(f"/my/points/?page={number}").status_code == 200


def test_lines_are_chosen_by_kind(door, history):
    body = page(door.get(f"/my/points/?kind={int(Kind.ADJUSTED)}"))

    assert body.count("<details>") == 1
    assert "7 points added as a correction." in body


def test_lines_are_chosen_by_period(door, member):
    now = timezone.now()
    make.purchase(member, "5.00", at=now - timedelta(days=29), now=now)
    make.purchase(member, "6.00", at=now - timedelta(days=31), now=now)

    body = page(door.get("/my/points/?period=month"))

    assert "5 points earned" in body
    assert "6 points earned" not in body


def test_this_year_and_last_year_meet_at_local_midnight(door, member):
    year = timezone.localdate().year
    zone = timezone.get_default_timezone()
    midnight = timezone.datetime(year, 1, 1, tzinfo=zone)
    make.purchase(member, "5.00", at=midnight)
    make.purchase(member, "6.00", at=midnight - timedelta(seconds=1))

    this_year = page(door.get("/my/points/?period=year"))
    last_year = page(door.get("/my/points/?period=earlier"))

    assert "5 points earned" in this_year
    assert "6 points earned" not in this_year
    assert "6 points earned" in last_year
    assert "5 points earned" not in last_year


@pytest.mark.parametrize("query", ["kind=x", "kind=99", "period=x", "kind=%00"])
def test_a_choice_that_is_none_shows_a_page_all_the_same(door, history, query):
    assert door.get(f"/my/points/?{query}").status_code == 200


def test_a_choice_without_lines_says_what_to_do(door, history):
    body = page(door.get(f"/my/points/?kind={int(Kind.GIFT_SENT)}"))

    assert "No lines like that." in body


def test_an_empty_book_says_how_to_begin(door):
    assert "Every purchase with your card appears here" in page(door.get("/my/points/"))


def test_htmx_gets_the_lines_alone_and_the_cache_knows(door, history):
    response = door.get("/my/points/?page=2", headers=HTMX)

    assert "<html" not in page(response)
    assert page(response).startswith('<div id="lines">')
    assert "HX-Request" in response.headers["Vary"]


def test_going_back_with_htmx_gets_the_whole_page(door, history):
    headers = HTMX | {"HX-History-Restore-Request": "true"}

    assert "<html" in page(door.get("/my/points/", headers=headers))


def test_nobody_sees_the_lines_of_another_member(history):
    other = make.member_with_login()

    body = page(client_of(other.user).get("/my/points/"))

    assert "<details>" not in body


def test_the_download_has_every_line_with_its_reasons(door, history):
    response = door.get("/my/points/download/")

    header, first, *others = rows(response)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    assert header == ["Line", "When", "What", "Where", "Points", "Why"]
    assert first[2:5] == ["Correction", "", "7"]
    assert first[5].startswith("7 points added as a correction. Reason: a mistake of ours.")
    assert len(others) == 30


def test_the_download_keeps_to_what_was_chosen(door, history):
    assert len(rows(door.get(f"/my/points/download/?kind={int(Kind.ADJUSTED)}"))) == 2


def test_a_spreadsheet_runs_nothing_out_of_the_download(door, member):
    make.purchase(member, "5.00", where=Where(store='=HYPERLINK("https://evil.example")'))

    line = rows(door.get("/my/points/download/"))[1]

    assert line[3] == '\'=HYPERLINK("https://evil.example")'


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_a_text_that_reads_as_a_formula_is_disarmed(text):
    assert harmless(text) == f"'{text}"


def test_other_texts_stay_as_they_are():
    assert harmless("Oost") == "Oost"


# Purchases that earned nothing stand in no book, and can be found all the same.


@pytest.fixture
def without_points(member):
    now = timezone.now()
    make.purchase(member, "0.90", at=now - timedelta(days=2), now=now, where=Where(store="Oost"))
    make.purchase(member, "0.80", at=now - timedelta(days=40), now=now)
    make.purchase(member, "20.00", at=now - timedelta(days=1), now=now)
    return member


def test_purchases_that_earned_nothing_can_be_found_with_the_reason(door, without_points):
    body = page(door.get("/my/points/?kind=nothing"))

    assert body.count("<details>") == 2
    assert "No points on this purchase of €0.90." in body
    assert "Oost" in body


def test_purchases_that_earned_nothing_are_chosen_by_period_too(door, without_points):
    body = page(door.get("/my/points/?kind=nothing&period=month"))

    assert body.count("<details>") == 1


def test_purchases_that_earned_nothing_can_be_downloaded(door, without_points):
    _header, first, *others = rows(door.get("/my/points/download/?kind=nothing"))

    assert first[0] == ""
    assert first[4] == "0"
    assert len(others) == 1


def test_nobody_sees_the_purchases_of_another_member(without_points):
    other = make.member_with_login()

    assert "<details>" not in page(client_of(other.user).get("/my/points/?kind=nothing"))


def test_explaining_purchases_without_points_takes_as_many_queries_for_many(
    door, member, django_assert_num_queries
):
    now = timezone.now()
    for day in range(LINES_A_PAGE):
        make.purchase(member, "0.50", at=now - timedelta(days=day), now=now)
    door.get("/my/points/?kind=nothing")

    with django_assert_num_queries(QUERIES_WITHOUT_POINTS):
        door.get("/my/points/?kind=nothing")
