"""Receipts without a card in the back office."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from members.models import Card, StaffAct
from points.models import OpenReceipt, Purchase
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = pytest.mark.django_db
PAGE = "/admin/points/openreceipt/"
MAY = ("points.view_openreceipt", "points.enter_purchase")


@pytest.fixture
def receipt():
    make.published_program()
    now = timezone.now()
    return make.open_receipt(
        "25.00", at=now - timedelta(days=2), now=now, receipt="R-100", store="Utrecht"
    )


def rows(answer):
    return [row.receipt for row in answer.context["cl"].result_list]


def button(receipt):
    return f"{PAGE}{receipt.pk}/book/"


def test_a_receipt_is_found_by_its_number_alone(desk, receipt):
    now = timezone.now()
    make.open_receipt(now=now, receipt="R-1001")

    assert rows(desk.get(PAGE, {"q": " R-100 "})) == ["R-100"]
    assert rows(desk.get(PAGE, {"q": "R-1"})) == []
    assert rows(desk.get(PAGE)) == ["R-1001", "R-100"]


def test_nothing_of_it_can_be_changed(desk, receipt):
    page = f"{PAGE}{receipt.pk}/change/"

    answer = desk.get(page)

    assert answer.status_code == 200
    assert 'name="total"' not in answer.content.decode()
    assert desk.post(page, {"total": "999"}).status_code == 403
    assert desk.get(f"{PAGE}add/").status_code == 403
    assert desk.post(f"{PAGE}{receipt.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", ["{card}", "{address}", "#{number}"])
def test_staff_put_a_receipt_on_an_account_with_a_reason_and_a_trace(desk_of, receipt, name):
    sanne = make.member(now=timezone.now())
    card = Card.objects.get(member=sanne).number
    called = name.format(card=card, address=sanne.email.upper(), number=sanne.pk)

    answer = desk_of(*MAY).post(button(receipt), {"member": called, "reason": "Showed it"})

    assert answer.status_code == 302
    assert Purchase.objects.get().member_id == sanne.pk
    act = StaffAct.objects.get()
    assert (act.member_id, act.reason) == (sanne.pk, "Showed it")
    assert "R-100" in act.what
    assert act.after == {"claimed_by": sanne.pk}


@pytest.mark.parametrize(
    "called", ["2099999999999", "nobody@example.nl", "#999999", "#", "#x", "Sanne", "#" + "9" * 30]
)
def test_whom_nobody_knows_is_said_beside_the_field(desk_of, receipt, called):
    answer = desk_of(*MAY).post(button(receipt), {"member": called, "reason": "x"})

    assert "member" in answer.context["form"].errors
    assert not Purchase.objects.exists()


def test_ones_own_account_is_refused(receipt):
    boss = with_factor(make.staff(superuser=True))
    own = make.member(user_id=boss.pk, email=boss.email, now=timezone.now())

    desk = at_desk(boss)
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = desk.post(button(receipt), {"member": f"#{own.pk}", "reason": "mine"})

    assert "own account" in str(answer.context["form"].non_field_errors())
    assert not Purchase.objects.exists()
    assert not StaffAct.objects.exists()


def test_who_may_only_look_has_no_button(desk_of, receipt):
    client = desk_of("points.view_openreceipt")

    assert "/book/" not in client.get(f"{PAGE}{receipt.pk}/change/").content.decode()
    assert client.get(button(receipt)).status_code == 403


def test_a_claimed_receipt_leads_to_its_member_and_has_no_button(desk, receipt):
    sanne = make.member(now=timezone.now())
    desk.post(button(receipt), {"member": f"#{sanne.pk}", "reason": "Showed it"})

    page = desk.get(f"{PAGE}{receipt.pk}/change/").content.decode()
    again = desk.post(button(receipt), {"member": f"#{sanne.pk}", "reason": "Showed it"})

    assert f"/admin/members/member/{sanne.pk}/change/" in page
    assert "/book/" not in page
    assert again.status_code == 200
    assert OpenReceipt.objects.get().claimed_by_id == sanne.pk
    assert Purchase.objects.count() == 1


def test_staff_of_another_store_do_not_see_it(receipt):
    user = with_factor(make.staff(superuser=True, store="Delft"))
    client = at_desk(user)

    assert rows(client.get(PAGE)) == []
    assert client.get(f"{PAGE}{receipt.pk}/change/").status_code == 404
    assert client.post(button(receipt), {"member": "#1", "reason": "x"}).status_code == 404


def test_the_list_takes_the_same_queries_for_few_and_many(desk, receipt, django_assert_num_queries):
    sanne = make.member(now=timezone.now())
    desk.post(button(receipt), {"member": f"#{sanne.pk}", "reason": "Showed it"})
    desk.get(PAGE)
    with django_assert_num_queries(5):
        desk.get(PAGE)
    for number in range(20):
        make.open_receipt(now=timezone.now(), receipt=f"n{number}")

    with django_assert_num_queries(5):
        desk.get(PAGE)
