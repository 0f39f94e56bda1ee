"""Purchases and entries: found, explained, and never counted in full."""

from datetime import timedelta

import pytest
from django.core.paginator import EmptyPage
from django.utils import timezone

from members.admin.paging import COUNTED, EstimatedPaginator
from members.models import Card, Member
from points.actions.purchases import record_refund
from points.models import Entry, Purchase
from tests import make

pytestmark = pytest.mark.django_db
ENTRIES = "/admin/points/entry/"
PURCHASES = "/admin/points/purchase/"


@pytest.fixture
def anna():
    make.published_program()
    now = timezone.now()
    member = make.member(name="Anna Visser", email="anna@example.nl", now=now)
    make.purchase(member, "25.00", at=now - timedelta(days=1), now=now, receipt="new")
    make.purchase(member, "40.00", at=now - timedelta(days=50), now=now, receipt="old")
    return member


def rows(answer) -> list:
    return list(answer.context["cl"].result_list)


def test_without_a_search_the_last_days_are_shown(desk, anna):
    assert [row.receipt for row in rows(desk.get(PURCHASES))] == ["new"]
    assert [row.operation for row in rows(desk.get(ENTRIES))] == ["new"]
    assert rows(desk.get(ENTRIES, {"days": "1"})) == []


@pytest.mark.parametrize("text", ["anna v", "anna@", "{card}", "#{id}"])
def test_a_search_by_member_shows_all_years(desk, anna, text):
    make.purchase(make.member(now=timezone.now()), now=timezone.now())
    card = Card.objects.get(member=anna).number
    text = text.format(card=card, id=anna.pk)

    assert {row.receipt for row in rows(desk.get(PURCHASES, {"q": text}))} == {"new", "old"}
    assert {row.operation for row in rows(desk.get(ENTRIES, {"q": text}))} == {"new", "old"}


def test_a_receipt_is_found_by_its_number(desk, anna):
    assert [row.receipt for row in rows(desk.get(PURCHASES, {"q": "old"}))] == ["old"]
    assert [row.operation for row in rows(desk.get(ENTRIES, {"q": "old"}))] == ["old"]


def test_entries_are_filtered_by_kind(desk, anna):
    make.give(anna, 10, now=timezone.now())

    found = rows(desk.get(ENTRIES, {"q": "anna", "kind__exact": 7}))

    assert [row.points for row in found] == [10]


@pytest.mark.parametrize("query", [{"q": "#"}, {"q": "#x"}, {"q": "nobody"}, {"q": "9" * 60}])
def test_what_nobody_has_is_not_found(desk, anna, query):
    assert rows(desk.get(ENTRIES, query)) == []
    assert rows(desk.get(PURCHASES, query)) == []


@pytest.mark.parametrize("query", [{"days": "x"}, {"days": "99999999999"}, {"q": "a\x00b"}])
def test_an_odd_address_is_no_error(desk, anna, query):
    assert desk.get(ENTRIES, query).status_code in {200, 302}


def test_a_purchase_shows_its_refunds_and_explanation(desk, anna):
    bought = Purchase.objects.get(receipt="new")
    record_refund(
        member_id=anna.pk,
        source_id=bought.source_id,
        refund="back-1",
        receipt="new",
        refunded_at=timezone.now(),
        total=bought.total / 5,
        actor="import:1",
        now=timezone.now(),
    )

    page = desk.get(f"{PURCHASES}{bought.pk}/change/").content.decode()

    assert "back-1" in page
    assert "25" in page
    assert "staff-told" in page


def test_an_entry_shows_its_explanation_and_what_it_took(desk, anna):
    make.give(anna, -10, now=timezone.now())
    entry = Entry.objects.get(points=-10)

    page = desk.get(f"{ENTRIES}{entry.pk}/change/").content.decode()

    assert "staff-told" in page
    assert "allocations-0" in page


@pytest.mark.parametrize(("address", "most"), [(ENTRIES, 12), (PURCHASES, 12)])
def test_a_list_asks_as_little_for_many_rows_as_for_one(
    desk, anna, address, most, django_assert_max_num_queries, django_assert_num_queries
):
    desk.get(address)
    with django_assert_max_num_queries(most) as first:
        desk.get(address)
    for number in range(5):
        other = make.member(now=timezone.now())
        make.purchase(other, now=timezone.now(), receipt=f"more-{number}")

    with django_assert_num_queries(len(first)):
        desk.get(address)


# Paging


@pytest.fixture
def a_million(monkeypatch):
    monkeypatch.setattr(EstimatedPaginator, "_estimate", 1_000_000)


def test_a_short_table_is_counted_as_it_is(desk):
    for _ in range(3):
        make.member()
    paginator = EstimatedPaginator(Member.objects.order_by("-id"), 50)

    assert paginator.count == Member.objects.count()
    assert paginator.found == "3"


def test_a_long_table_is_estimated_and_leafed_through_no_further_than_is_cheap(a_million):
    paginator = EstimatedPaginator(Member.objects.order_by("-id"), 50)

    assert paginator.count == 1_000_000
    assert paginator.num_pages == 100
    assert paginator.is_cut
    with pytest.raises(EmptyPage):
        paginator.page(101)


def test_an_estimate_reads_no_rows(a_million, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert EstimatedPaginator(Member.objects.order_by("-id"), 50).count == 1_000_000


def test_a_filtered_list_is_counted_to_a_thousand(django_assert_num_queries):
    Member.objects.bulk_create(
        Member(joined_at=make.NOW, joined_through="till") for _ in range(COUNTED + 5)
    )
    paginator = EstimatedPaginator(Member.objects.filter(status="active").order_by("-id"), 50)

    with django_assert_num_queries(1) as asked:
        assert paginator.count == COUNTED + 1
    assert "LIMIT 1001" in asked.captured_queries[0]["sql"]
    assert paginator.found.endswith(("1,000", "1.000"))


def test_the_estimate_is_postgresqls_own(django_assert_num_queries):
    paginator = EstimatedPaginator(Member.objects.order_by("-id"), 50)

    with django_assert_num_queries(1) as asked:
        assert isinstance(paginator._estimate, int)
    assert "reltuples" in asked.captured_queries[0]["sql"]
