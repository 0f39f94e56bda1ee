"""The page of unusual card use."""

import csv
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone, translation

from members.models import StaffAct
from points.actions.purchases import Where
from points.actions.unusual_use import settle_unusual_use
from points.admin.unusual_use import reasons
from points.models import LookedInto, UnusualUse
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = pytest.mark.django_db
PAGE = "/admin/points/unusualuse/"
SEE = "points.see_unusual_use"


@pytest.fixture
def planted():
    """A card with 30 purchases on two days, as last night's count would have it."""
    make.published_program()
    now = timezone.now()
    anna = make.member(name="Anna Visser", now=now)
    until = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(6):
        make.purchase(
            anna,
            at=until - timedelta(days=2 + number % 2, hours=number),
            now=now,
            where=Where(store="Delft", till="2", cashier="=K7"),
        )
    return found(anna, until)


def found(member, until, **fields):
    return UnusualUse.objects.create(
        **{
            "days": 90,
            "since": until - timedelta(days=90),
            "until": until,
            "source_id": make.source(),
            "store": "Delft",
            "who": "=K7",
            "member_id": member.pk,
            "purchases": 812,
            "points": 20_300,
            "expected": 50.0,
            "score": 43.0,
            "next_card": 50,
            "next_cashier": 0,
            "usual": 48,
            "busiest_on": until.date() - timedelta(days=2),
            "busiest": 14,
        }
        | fields
    )


def rows(answer):
    return list(answer.context["cl"].result_list)


def test_the_reason_is_said_in_words(planted):
    planted.busiest_on = planted.busiest_on.replace(year=2026, month=3, day=3)

    with translation.override("en"):
        said = reasons(planted)

    assert said == [
        "812 purchases at one cashier in 90 days; the next card there has 50.",
        "This card has fewer than 22 anywhere else.",
        "At most other cashiers the busiest card has 48.",
        "On the busiest day, 3 March 2026, 14 purchases.",
    ]


def test_where_nothing_else_comes_near_that_is_said(planted):
    planted.is_till, planted.next_card, planted.next_cashier, planted.usual = True, 0, 30, 0

    with translation.override("en"):
        said = reasons(planted)

    assert said[0] == "812 purchases at one till in 90 days; no other card there has 22."
    assert said[1] == "This card has 30 at its next cashier."
    assert len(said) == 3


def test_the_list_shows_one_period_the_farthest_first(desk, planted):
    other = make.member(now=timezone.now(), points=1)
    found(other, planted.until, score=99.0)
    found(other, planted.until, days=365)

    assert [row.score for row in rows(desk.get(PAGE))] == [99.0, 43.0]
    assert [row.days for row in rows(desk.get(PAGE, {"period": "365"}))] == [365]
    assert rows(desk.get(PAGE, {"period": "x"})) == []


def test_a_finding_shows_its_days_and_hours(desk, planted):
    answer = desk.get(f"{PAGE}{planted.pk}/change/")

    page = answer.content.decode()
    for picture in ("by_day", "by_hour"):
        assert sum(bar.number for bar in answer.context[picture].bars) == 6
    assert "<rect" in page
    assert "Anna Visser" in page


def test_a_finding_leads_to_its_purchases(desk, planted):
    answer = desk.get(f"{PAGE}{planted.pk}/purchases/", follow=True)

    assert answer.status_code == 200
    assert {row.cashier for row in rows(answer)} == {"=K7"}
    assert len(rows(answer)) == 6


def test_the_download_runs_no_formula(desk, planted):
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = desk.get(f"{PAGE}export/")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text))
    assert {"'=K7", "812", "90"} <= set(row)
    assert "=K7" not in row
    assert len(header) == len(row)


def test_nobody_sees_it_without_the_permission(desk_of, planted):
    addresses = [PAGE, f"{PAGE}{planted.pk}/change/", f"{PAGE}export/"]
    without, finance = desk_of("points.view_purchase"), desk_of(SEE)

    assert [without.get(address).status_code for address in addresses] == [403] * 3
    assert [finance.get(address).status_code for address in addresses] == [200] * 3
    assert finance.get(f"{PAGE}{planted.pk}/purchases/").status_code == 403


def test_nothing_of_it_can_be_changed(desk, planted):
    assert desk.post(f"{PAGE}{planted.pk}/change/", {"purchases": 1}).status_code == 403
    assert desk.get(f"{PAGE}add/").status_code == 403
    assert desk.post(f"{PAGE}{planted.pk}/delete/", {"post": "yes"}).status_code == 403


def test_staff_of_a_store_see_their_own(planted):
    client = at_desk(with_factor(make.staff(superuser=True, store="Utrecht")))

    assert rows(client.get(PAGE)) == []
    assert client.get(f"{PAGE}{planted.pk}/change/").status_code == 404
    assert b"K7" not in b"".join(client.get(f"{PAGE}export/").streaming_content)


def test_an_empty_list_says_that_nothing_stood_out(desk):
    make.published_program()

    page = desk.get(PAGE, headers={"accept-language": "en"}).content.decode()

    assert "staff-above" in page


def test_what_came_of_looking_into_it_is_kept_and_told(desk_of, planted):
    finance = desk_of(SEE)
    finance.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    address = f"{PAGE}{planted.pk}/settle/"

    finance.post(address, {"reason": "Her own card; she was spoken to"})

    page = finance.get(f"{PAGE}{planted.pk}/change/").content.decode()
    assert "Her own card; she was spoken to" in page
    assert address not in page
    assert "looked into" in finance.get(PAGE).content.decode()
    assert StaffAct.objects.get().reason == "Her own card; she was spoken to"
    assert StaffAct.objects.get().member_id == planted.member_id


def test_who_sees_none_of_it_settles_none_of_it(desk_of, planted):
    answer = desk_of("points.view_purchase").post(
        f"{PAGE}{planted.pk}/settle/", {"reason": "Nothing to see here"}
    )

    assert answer.status_code == 403
    assert not LookedInto.objects.exists()


def test_staff_of_another_store_settle_nothing(planted):
    client = at_desk(with_factor(make.staff(superuser=True, store="Utrecht")))

    answer = client.post(f"{PAGE}{planted.pk}/settle/", {"reason": "Not ours"})

    assert answer.status_code == 404
    assert not LookedInto.objects.exists()


def test_the_list_asks_as_little_of_many_findings_as_of_one(
    desk, planted, django_assert_num_queries, django_assert_max_num_queries
):
    desk.get(PAGE)
    with django_assert_max_num_queries(14) as first:
        desk.get(PAGE)
    for number in range(5):
        use = found(make.member(now=timezone.now(), points=1), planted.until)
        if number:
            settle_unusual_use(
                use_id=use.pk, words="Seen", staff_id=make.staff().pk, now=timezone.now()
            )

    with django_assert_num_queries(len(first)):
        desk.get(PAGE)
