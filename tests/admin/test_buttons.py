"""Buttons: the question, the one action, its refusal, and the row that says who and why."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Card, Member, StaffAct
from points.models import Entry, Purchase
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    make.published_program()
    return make.member(points=100)


def page(member, button) -> str:
    return f"/admin/members/member/{member.pk}/{button}/"


def card_page(card, button) -> str:
    return f"/admin/members/card/{card.pk}/{button}/"


def adjustment(desk, member, **changes) -> dict:
    asked = desk.get(page(member, "adjust"))
    key = re.search(r'name="request_key" value="([^"]+)"', asked.content.decode())
    return {
        "points": 50,
        "cause": "mistake",
        "reason": "Till was off",
        "request_key": key[1],
    } | changes


def last_deed() -> str:
    act = StaffAct.objects.latest("id")
    return f"{act.what}: {act.reason}"


def test_nothing_happens_before_the_question_is_answered(desk, member):
    for button in ("adjust", "purchase", "freeze", "thaw", "close", "new-card"):
        assert desk.get(page(member, button)).status_code == 200
        assert desk.post(page(member, button), {"reason": ""}).status_code == 200

    member.refresh_from_db()
    assert member.status == "active"
    assert make.balance(member) == 100
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize(("points", "after"), [(50, 150), (-30, 70)])
def test_points_are_adjusted_up_and_down_with_who_and_why(desk, boss, member, points, after):
    answer = desk.post(page(member, "adjust"), adjustment(desk, member, points=points))

    assert answer["Location"] == f"/admin/members/member/{member.pk}/change/"
    assert make.balance(member) == after
    assert "Till was off" in last_deed()
    assert StaffAct.objects.latest("id").staff == boss
    assert Entry.objects.latest("sequence").actor == f"user:{boss.pk}"


def test_an_adjustment_sent_twice_counts_once(desk, member):
    form = adjustment(desk, member)
    desk.post(page(member, "adjust"), form)
    desk.post(page(member, "adjust"), form)

    assert make.balance(member) == 150


def test_the_reason_for_colleagues_does_not_enter_the_ledger(desk, member):
    desk.post(page(member, "adjust"), adjustment(desk, member))

    assert "Till was off" not in str(Entry.objects.latest("sequence").explanation)


@pytest.mark.parametrize("points", [0, -101])
def test_a_refused_adjustment_is_told_and_leaves_nothing(desk, member, points):
    answer = desk.post(page(member, "adjust"), adjustment(desk, member, points=points))

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert make.balance(member) == 100
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": "many"}, "points"),
        ({"points": 10**12}, "points"),
        ({"cause": "because"}, "cause"),
        ({"reason": " "}, "reason"),
        ({"request_key": "7"}, "request_key"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field(desk, member, changes, field):
    answer = desk.post(page(member, "adjust"), adjustment(desk, member, **changes))

    assert field in answer.context["form"].errors
    assert make.balance(member) == 100


def test_a_membership_is_frozen_thawed_and_closed(desk, member):
    for button, status in (("freeze", "frozen"), ("thaw", "active"), ("close", "closed")):
        desk.post(page(member, button), {"reason": "At their own request"})

        member.refresh_from_db()
        assert member.status == status
        assert "At their own request" in last_deed()


@pytest.mark.parametrize("button", ["freeze", "thaw", "close"])
def test_a_closed_membership_stays_closed(desk, member, button):
    desk.post(page(member, "close"), {"reason": "Moved away"})

    answer = desk.post(page(member, button), {"reason": "Came back"})

    assert answer.context["form"].non_field_errors()
    assert Member.objects.get(pk=member.pk).status == "closed"
    assert StaffAct.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        (
            "active",
            {
                "adjust",
                "purchase",
                "new-card",
                "freeze",
                "close",
                "as-member",
                "wants-mail",
                "wants-no-mail",
            },
        ),
        (
            "frozen",
            {
                "adjust",
                "purchase",
                "new-card",
                "thaw",
                "close",
                "as-member",
                "wants-mail",
                "wants-no-mail",
            },
        ),
        ("closed", {"adjust", "as-member"}),
    ],
)
def test_a_page_offers_the_buttons_that_fit(desk, member, status, buttons):
    if status != "active":
        button = {"frozen": "freeze", "closed": "close"}[status]
        desk.post(page(member, button), {"reason": "Asked"})

    shown = desk.get(f"/admin/members/member/{member.pk}/change/").content.decode()

    found = set(re.findall(rf"/member/{member.pk}/([a-z-]+)/\"", shown)) - {"change", "history"}
    assert found == buttons


def test_a_lost_card_is_replaced_and_blocked(desk, member):
    lost = Card.objects.get(member=member)

    answer = desk.post(card_page(lost, "replace"), {"reason": "Lost"})

    assert answer["Location"] == f"/admin/members/member/{member.pk}/change/"
    lost.refresh_from_db()
    assert (lost.is_active, lost.block_reason) == (False, "Lost")
    assert Card.objects.active().get(member=member) != lost
    assert "Lost" in last_deed()


def test_a_blocked_card_cannot_be_blocked_again(desk, member):
    card = Card.objects.get(member=member)
    desk.post(card_page(card, "block"), {"reason": "Stolen"})

    answer = desk.post(card_page(card, "block"), {"reason": "Again"})

    assert answer.context["form"].non_field_errors()
    assert Card.objects.get(pk=card.pk).block_reason == "Stolen"


def test_an_eleventh_card_is_refused(desk, member):
    for _ in range(9):
        desk.post(page(member, "new-card"), {"reason": "For a partner"})

    answer = desk.post(page(member, "new-card"), {"reason": "For a neighbor"})

    assert answer.context["form"].non_field_errors()
    assert Card.objects.active().filter(member=member).count() == 10


def slip(**changes) -> dict:
    placed = timezone.localtime() - timedelta(days=2)
    return {
        "source": make.source(),
        "store": "Markt",
        "receipt": "R-1",
        "placed_at_0": placed.strftime("%Y-%m-%d"),
        "placed_at_1": placed.strftime("%H:%M"),
        "total": "25,50",
        "reason": "The card was at home",
    } | changes


def test_a_purchase_is_entered_by_hand_as_a_reader_writes_it(desk, boss, member):
    answer = desk.post(page(member, "purchase"), slip())

    assert answer["Location"] == f"/admin/members/member/{member.pk}/change/"
    bought = Purchase.objects.get()
    assert (bought.receipt, str(bought.total), bought.earned) == ("R-1", "25.50", 25)
    assert Entry.objects.latest("sequence").actor == f"user:{boss.pk}"
    act = StaffAct.objects.get()
    assert (act.member, act.reason, act.after["receipt"]) == (member, "The card was at home", "R-1")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total": "a lot"}, "total"),
        ({"total": "-1"}, "total"),
        ({"total": "1e9"}, "total"),
        ({"receipt": " "}, "receipt"),
        ({"receipt": "9" * 65}, "receipt"),
        ({"receipt": "r\x00"}, "receipt"),
        ({"source": "0"}, "source"),
        ({"source": ""}, "source"),
        ({"placed_at_0": "yesterday"}, "placed_at"),
        ({"placed_at_0": "2026-03-29", "placed_at_1": "02:30"}, "placed_at"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_wrong_receipt_is_told_beside_its_field(desk, member, changes, field):
    answer = desk.post(page(member, "purchase"), slip(**changes))

    assert field in answer.context["form"].errors
    assert not Purchase.objects.exists()


@pytest.mark.parametrize("date", ["2099-01-01", "2024-01-01"])
def test_a_receipt_of_another_time_is_refused_in_words(desk, member, date):
    answer = desk.post(page(member, "purchase"), slip(placed_at_0=date))

    assert answer.context["form"].non_field_errors()
    assert not StaffAct.objects.exists()


def test_a_receipt_entered_twice_counts_once_and_says_so(desk, member):
    form = slip()
    desk.post(page(member, "purchase"), form)

    answer = desk.post(page(member, "purchase"), form)

    assert "R-1" in str(answer.context["form"].non_field_errors())
    assert make.balance(member) == 125
    assert StaffAct.objects.count() == 1


@pytest.mark.parametrize("button", ["freeze", "close", "new-card"])
def test_an_answered_question_leaves_exactly_one_row(desk, boss, member, button):
    desk.post(page(member, button), {"reason": "At their own request"})

    act = StaffAct.objects.get()
    assert (act.staff, act.member, act.reason) == (boss, member, "At their own request")
    assert act.after


# Rights


def test_who_may_only_look_sees_pages_without_buttons(desk_of, member):
    viewer = desk_of("members.view_member", "members.view_card")
    card = Card.objects.get(member=member)

    shown = viewer.get(f"/admin/members/member/{member.pk}/change/")

    assert shown.status_code == 200
    assert "adjust" not in shown.content.decode()
    assert card_page(card, "block") not in shown.content.decode()
    for button in ("adjust", "purchase", "freeze", "thaw", "close", "new-card"):
        assert viewer.post(page(member, button), {"reason": "No"}).status_code == 403
    assert viewer.post(card_page(card, "block"), {"reason": "No"}).status_code == 403
    assert viewer.get("/admin/members/member/add/").status_code == 403


@pytest.mark.parametrize(
    ("permission", "button"),
    [
        ("points.adjust_points", "adjust"),
        ("points.enter_purchase", "purchase"),
        ("members.freeze_member", "freeze"),
        ("members.freeze_member", "thaw"),
        ("members.close_member", "close"),
        ("members.add_card", "new-card"),
    ],
)
def test_each_button_asks_its_own_permission_and_no_other(desk_of, member, permission, button):
    allowed = desk_of("members.view_member", permission)
    helper = desk_of("members.view_member", "members.change_member")

    assert allowed.get(page(member, button)).status_code == 200
    assert helper.get(page(member, button)).status_code == 403


def test_who_has_no_rights_sees_no_lists(desk_of):
    nobody = desk_of()

    assert nobody.get("/admin/").status_code == 200
    for page_of in ("members/member", "points/entry", "points/purchase", "members/user"):
        assert nobody.get(f"/admin/{page_of}/").status_code == 403
