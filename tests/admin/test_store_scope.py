"""Who works in one store sees its purchases and their entries, through whatever door."""

from datetime import timedelta

import pytest
from django.utils import timezone

from points.actions.purchases import record_refund, void_refund
from points.models import Entry, Purchase
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = pytest.mark.django_db
PURCHASES, ENTRIES = "/admin/points/purchase/", "/admin/points/entry/"
RIGHTS = ("points.view_purchase", "points.view_entry", "members.view_member")


@pytest.fixture
def anna():
    make.published_program()
    now = timezone.now()
    member = make.member(name="Anna Visser", email="anna@example.nl", now=now)
    for store in ("North", "South", ""):
        make.purchase_in(store, member, at=now - timedelta(hours=1), now=now, receipt=f"r-{store}")
    make.give(member, 10, now=now)
    for store in ("North", "South"):
        record_refund(
            member_id=member.pk,
            source_id=make.source(),
            refund=f"back-{store}",
            receipt=f"r-{store}",
            refunded_at=now,
            total=Purchase.objects.get(receipt=f"r-{store}").total / 5,
            actor="import:1",
            now=now,
        )
    return member


def in_store(store):
    return at_desk(with_factor(make.staff_with(*RIGHTS, store=store, language="en")))


@pytest.fixture
def north():
    return in_store("North")


def rows(answer) -> set[str]:
    return {
        getattr(row, "receipt", "") or row.operation for row in answer.context["cl"].result_list
    }


def test_who_has_no_store_sees_all(anna):
    everywhere = in_store("")

    assert rows(everywhere.get(PURCHASES)) == {"r-North", "r-South", "r-"}
    assert len(rows(everywhere.get(ENTRIES))) == 6


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"days": "1"},
        {"days": "31"},
        {"q": "anna"},
        {"q": "anna@example.nl"},
        {"q": "#{id}"},
        {"q": "r-South"},
        {"q": "back-South"},
        {"all": ""},
        {"o": "1"},
        {"p": "1"},
    ],
)
def test_no_list_search_or_filter_shows_another_store(north, anna, query):
    query = {key: value.format(id=anna.pk) for key, value in query.items()}

    purchases = rows(north.get(PURCHASES, query, follow=True))
    entries = rows(north.get(ENTRIES, query, follow=True))

    assert purchases <= {"r-North"}
    assert entries <= {"r-North", "back-North"}


def test_ones_own_store_is_shown(north, anna):
    assert rows(north.get(PURCHASES)) == {"r-North"}
    assert rows(north.get(ENTRIES)) == {"r-North", "back-North"}
    assert rows(north.get(ENTRIES, {"kind__exact": 3})) == {"back-North"}


@pytest.mark.parametrize("store", ["South", ""])
@pytest.mark.parametrize("where", ["change", "history", "delete"])
def test_another_stores_purchase_is_not_found_by_address(north, anna, store, where):
    bought = Purchase.objects.get(receipt=f"r-{store}")

    assert north.get(f"{PURCHASES}{bought.pk}/{where}/").status_code in {403, 404}


@pytest.mark.parametrize("where", ["change", "history"])
def test_an_entry_of_another_store_or_of_none_is_not_found_by_address(north, anna, where):
    seen = {"r-North", "back-North"}
    for entry in Entry.objects.all():
        status = north.get(f"{ENTRIES}{entry.pk}/{where}/").status_code

        assert status == (200 if entry.operation in seen else 404), entry.operation


def test_an_undone_refund_belongs_to_its_store(north, anna):
    from_south = in_store("South")
    void_refund(
        member_id=anna.pk,
        source_id=make.source(),
        request_key="undo-back-North",
        refund="back-North",
        voided_at=timezone.now(),
        actor="import:1",
        now=timezone.now(),
    )

    assert "undo-back-North" in rows(north.get(ENTRIES))
    assert "undo-back-North" not in rows(from_south.get(ENTRIES))


def test_a_row_of_another_store_looks_like_one_that_does_not_exist(north, anna):
    other = Purchase.objects.get(receipt="r-South")

    there = north.get(f"{PURCHASES}{other.pk}/change/")
    nowhere = north.get(f"{PURCHASES}1/change/")

    assert there.status_code == nowhere.status_code == 404


def test_a_members_page_shows_the_stores_purchases_and_entries(north, anna):
    shown = north.get(f"/admin/members/member/{anna.pk}/change/").content.decode()

    assert "r-North" in shown
    assert "r-South" not in shown
    assert "back-South" not in shown


def test_the_figures_of_the_first_page_are_the_stores(north, anna):
    shown = north.get("/admin/").context["figures"]

    assert [(figure.label, figure.today) for figure in shown][:1] == [("Purchases", "1")]
    assert {figure.label for figure in shown} == {"Purchases", "Spent", "Points earned"}


@pytest.mark.parametrize("address", ["/admin/", PURCHASES, ENTRIES])
def test_the_head_of_the_page_says_which_store_one_sees(north, anna, address):
    assert "<strong>North</strong>" in north.get(address).content.decode()


def test_what_a_member_sees_is_not_for_who_sees_one_store(anna):
    user = make.staff_with(*RIGHTS, "members.see_as_member", store="North")
    north = at_desk(with_factor(user))

    for page in ("as-member", "as-member/points"):
        assert north.get(f"/admin/members/member/{anna.pk}/{page}/").status_code == 403
