"""The list of best customers: who spends most, whom to invite, who is skipped and why."""

from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from members.actions.invitation import invite
from members.models import Invitation, Member, StaffAct
from points.actions.spending import count_spending
from points.admin import spending as page
from points.models import Spending
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/points/spending/"


@pytest.fixture
def customers(boss):
    """Five customers, the best first: to invite, invited, with a login, without address, left."""
    make.published_program()
    now = timezone.now()
    found = {
        "invitable": make.member(name="Anna Visser", now=now),
        "invited": make.member(name="Bram Bos", now=now),
        "inside": make.member_with_login(name="Carla Smit", now=now),
        "unreachable": make.member(name="Dirk Dam", email=None, now=now),
    }
    for spent, customer in zip((90, 80, 70, 60), found.values(), strict=True):
        make.purchase(customer, f"{spent}.00", at=now - timedelta(days=spent), now=now)
    count_spending(now=now)
    invite(email=found["invited"].email, staff_id=boss.pk, now=now)
    return found


def names(answer) -> list:
    return [str(row.member) for row in answer.context["cl"].result_list]


def choose(desk, customers):
    return desk.post(
        f"{LIST}?who=all",
        {"action": "invite", "_selected_action": [one.pk for one in customers], "index": 0},
    )


def test_the_best_customers_without_a_login_stand_first_with_their_place(desk, customers):
    answer = desk.get(LIST)

    assert names(answer) == ["Anna Visser", "Bram Bos", "Dirk Dam"]
    assert [row.place for row in answer.context["cl"].result_list] == [1, 2, 3]


@pytest.mark.parametrize("who", ["invitable", "invited", "inside", "unreachable"])
def test_the_list_is_filtered_by_who_they_are(desk, customers, who):
    assert names(desk.get(LIST, {"who": who})) == [str(customers[who])]


def test_everybody_is_shown_when_asked_for(desk, customers):
    assert len(names(desk.get(LIST, {"who": "all"}))) == 4


def test_the_list_is_filtered_by_the_latest_purchase(desk, customers):
    assert names(desk.get(LIST, {"who": "all", "latest": "before"})) == ["Anna Visser"]
    assert len(names(desk.get(LIST, {"who": "all", "latest": "90"}))) == 3
    assert names(desk.get(LIST, {"who": "all", "latest": "30"})) == []


def test_a_customer_is_found_by_name(desk, customers):
    assert names(desk.get(LIST, {"q": "dirk"})) == ["Dirk Dam"]


def test_the_chosen_are_told_apart_before_anything_happens(desk, customers):
    answer = choose(desk, customers.values())

    shown = answer.content.decode()
    assert answer.context["letters"] == 1
    skipped = dict(answer.context["skipped"])
    assert set(skipped) == {"Bram Bos", "Carla Smit", "Dirk Dam"}
    assert all(why in shown for why in skipped.values())
    assert Invitation.objects.count() == 1


def test_the_chosen_are_invited_once_each_with_a_trace(desk, boss, customers):
    chosen = ",".join(str(one.pk) for one in customers.values())

    for _ in range(2):
        desk.post(f"{LIST}invite/", {"chosen": chosen, "reason": "First group"})

    anna = Invitation.objects.get(member=customers["invitable"])
    assert (anna.email, anna.invited_by) == (customers["invitable"].email, boss)
    act = StaffAct.objects.on(anna).get()
    assert (act.staff, act.reason, act.member) == (boss, "First group", customers["invitable"])
    assert Invitation.objects.count() == 2


def test_no_reason_no_invitations(desk, customers):
    answer = desk.post(f"{LIST}invite/", {"chosen": str(customers["invitable"].pk), "reason": " "})

    assert "reason" in answer.context["form"].errors
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("chosen", ["", "1,x", "-1", "1;2", "9" * 30, "1," * 15_000])
def test_what_is_no_list_of_members_invites_nobody(desk, customers, chosen):
    answer = desk.post(f"{LIST}invite/", {"chosen": chosen, "reason": "Oops"})

    assert answer["Location"] == LIST
    assert Invitation.objects.count() == 1


def test_too_many_at_once_are_refused(desk, customers, monkeypatch):
    monkeypatch.setattr(page, "MOST", 2)

    answer = choose(desk, list(customers.values()))

    assert answer["Location"] == LIST
    assert Invitation.objects.count() == 1


def test_without_a_broker_the_page_says_that_nobody_counts(desk, customers, monkeypatch):
    def no_broker():
        raise OperationalError

    monkeypatch.setattr("points.tasks.count_spending_again.delay", no_broker)

    page = desk.post(f"{LIST}count/", follow=True)

    assert page.status_code == 200
    assert [told.level_tag for told in page.context["messages"]] == ["warning"]


def test_the_list_is_counted_again_when_asked(desk, customers):
    make.purchase(customers["unreachable"], "500.00", at=timezone.now(), now=timezone.now())

    desk.post(f"{LIST}count/")

    assert Spending.objects.get(member=customers["unreachable"]).total == 560


def test_opening_an_address_that_does_something_does_nothing(desk, customers):
    before = list(Spending.objects.values_list("counted_at", flat=True))

    for name in ("count", "invite"):
        assert desk.get(f"{LIST}{name}/")["Location"] == LIST

    assert list(Spending.objects.values_list("counted_at", flat=True)) == before
    assert Invitation.objects.count() == 1


def test_who_may_not_invite_sees_the_list_and_does_nothing(desk_of, customers):
    reader = desk_of("points.view_spending")
    chosen = {"chosen": str(customers["invitable"].pk), "reason": "Please"}

    assert reader.get(LIST).status_code == 200
    assert reader.post(f"{LIST}invite/", chosen).status_code == 403
    assert reader.post(f"{LIST}count/").status_code == 403
    choose(reader, customers.values())
    assert Invitation.objects.count() == 1


def test_the_list_asks_as_little_for_many_as_for_one(
    desk, customers, django_assert_max_num_queries, django_assert_num_queries
):
    desk.get(LIST)
    with django_assert_max_num_queries(12) as first:
        desk.get(LIST)
    now = timezone.now()
    for _ in range(5):
        make.purchase(make.member(now=now), at=now - timedelta(days=1), now=now)
    count_spending(now=now)

    with django_assert_num_queries(len(first)):
        assert len(names(desk.get(LIST))) == 8
    assert Member.objects.count() == 9
