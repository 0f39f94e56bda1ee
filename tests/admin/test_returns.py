"""Something comes back: staff choose what, see what it takes, and only then enter it."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from members.models import StaffAct
from points.events import Line
from points.models import Entry, Purchase, Refund
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = pytest.mark.django_db
MAY = ("points.view_purchase", "points.enter_purchase")
BREAD = Line(1, "100", "", "bread", Decimal(2), Decimal("6.00"))
WINE = Line(2, "200", "", "wine", Decimal(1), Decimal("14.50"))


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(now=timezone.now())


@pytest.fixture
def bought(sanne):
    now = timezone.now()
    at = now - timedelta(days=1)
    return make.purchase(sanne, "20.50", at=at, now=now, receipt="R-1", lines=(BREAD, WINE))


def page_of(purchase):
    return f"/admin/points/purchase/{purchase.pk}/return/"


def answers(**changes):
    now = timezone.localtime()
    return {
        "other": "",
        "refunded_at_0": now.strftime("%Y-%m-%d"),
        "refunded_at_1": now.strftime("%H:%M:%S"),
        "reason": "Corked",
        "request_key": str(uuid4()),
        "chosen_2": "on",
        "pieces_2": "1",
        "amount_2": "14.50",
    } | changes


def test_what_is_left_of_each_line_stands_ready(desk_of, bought):
    page = desk_of(*MAY).get(page_of(bought))

    rows = list(page.context["form"].rows)
    assert [(row.left.name, row.pieces.value(), row.amount.value()) for row in rows] == [
        ("bread · 100", "2", "6,00"),
        ("wine · 200", "1", "14,50"),
    ]


def test_looking_says_what_it_takes_and_keeps_nothing(desk_of, bought, sanne):
    page = desk_of(*MAY).post(page_of(bought), answers(look=""))

    assert page.context["told"].points == -14
    assert page.context["balance"] == {"now": "20", "then": "6"}
    assert not Refund.objects.exists()
    assert make.balance(sanne) == 20
    assert not StaffAct.objects.exists()


def test_entering_takes_what_was_shown_and_leaves_a_trace(desk_of, bought, sanne):
    asked = answers(enter="", shown="-14")

    answer = desk_of(*MAY).post(page_of(bought), asked)

    assert answer.status_code == 302
    assert make.balance(sanne) == 6
    refund = Refund.objects.get()
    assert refund.lines == [[2, "1", "14.50"]]
    assert refund.total == Decimal("14.50")
    act = StaffAct.objects.get()
    assert (act.reason, act.after["total"]) == ("Corked", "14.50")


def test_the_same_form_twice_takes_once(desk_of, bought, sanne):
    desk, asked = desk_of(*MAY), answers(enter="", shown="-14")

    desk.post(page_of(bought), asked)
    desk.post(page_of(bought), asked)

    assert make.balance(sanne) == 6
    assert Refund.objects.count() == 1


def test_other_points_than_shown_are_not_taken(desk_of, bought, sanne):
    page = desk_of(*MAY).post(page_of(bought), answers(enter="", shown="-3"))

    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert make.balance(sanne) == 20
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_2": "14.51"}, "amount_2"),
        ({"pieces_2": "2"}, "pieces_2"),
        ({"amount_2": "free"}, "amount_2"),
        ({"reason": ""}, "reason"),
        ({"refunded_at_0": "yesterday"}, "refunded_at"),
        ({"chosen_2": ""}, "__all__"),
        ({"chosen_2": "", "other": "0"}, "__all__"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk_of, bought, changes, field):
    asked = answers(look="") | changes
    if not asked["chosen_2"]:
        del asked["chosen_2"]

    page = desk_of(*MAY).post(page_of(bought), asked)

    assert field in page.context["form"].errors
    assert not Refund.objects.exists()


def test_an_amount_without_lines_is_enough(desk_of, sanne):
    now = timezone.now()
    bought = make.purchase(sanne, "20.50", at=now - timedelta(days=1), now=now)
    asked = answers(enter="", other="5,25")
    del asked["chosen_2"]

    desk_of(*MAY).post(page_of(bought), asked)

    assert make.balance(sanne) == 15


def test_a_return_before_the_purchase_is_refused(desk_of, bought):
    page = desk_of(*MAY).post(page_of(bought), answers(look="", refunded_at_0="2020-01-01"))

    assert page.context["form"].non_field_errors()


def test_a_return_that_was_a_mistake_is_undone(desk_of, bought, sanne):
    desk = desk_of(*MAY)
    desk.post(page_of(bought), answers(enter="", shown="-14"))
    undo = f"{page_of(bought)}{Refund.objects.get().pk}/undo/"
    assert undo in desk.get(f"/admin/points/purchase/{bought.pk}/change/").content.decode()

    answer = desk.post(undo, {"reason": "Wrong receipt", "request_key": str(uuid4())})

    assert answer.status_code == 302
    assert make.balance(sanne) == 20
    assert [left.left.line for left in desk.get(page_of(bought)).context["form"].rows] == [1, 2]
    assert StaffAct.objects.count() == 2


@pytest.mark.parametrize("key", ["R-88", "hand-88"])
def test_what_a_till_gave_back_is_not_undone_by_hand(desk_of, bought, key):
    now = timezone.now()
    make.refund(bought, "5.00", at=now, now=now, key=key)
    undo = f"{page_of(bought)}{Refund.objects.get().pk}/undo/"

    page = desk_of(*MAY).post(undo, {"reason": "x", "request_key": str(uuid4())})

    assert page.context["form"].non_field_errors()
    assert Refund.objects.get().voided_at is None


def test_nobody_enters_a_return_on_their_own_account(sanne):
    user = with_factor(make.staff_with(*MAY))
    own = make.member(now=timezone.now(), user_id=user.pk)
    now = timezone.now()
    bought = make.purchase(own, "20.50", at=now - timedelta(days=1), now=now)
    asked = answers(look="", other="5")

    page = at_desk(user).post(page_of(bought), asked)

    assert page.context["form"].non_field_errors()


def test_a_return_shows_on_the_receipt_with_its_lines(desk_of, bought):
    desk = desk_of(*MAY)
    desk.post(page_of(bought), answers(enter="", shown="-14"))

    entry = Entry.objects.latest("id")

    assert entry.explanation["lines"] == [[2, "1", "14.50"]]
    assert Purchase.objects.get().refunded == Decimal("14.50")
