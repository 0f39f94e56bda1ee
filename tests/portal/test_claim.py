"""The page where a member claims a receipt."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from members.actions.membership import close_membership
from points.actions.receipts import TRIES_A_DAY
from points.forms import euros
from points.models import Entry, OpenReceipt
from tests import make
from tests.make import NOW

PAGE = "/my/points/claim/"
RECEIPT = {"number": "r1", "bought_on": "2026-06-15", "total": "25,00"}


@pytest.fixture(autouse=True)
def _on_this_day():
    with time_machine.travel(NOW, tick=False):
        yield


def errors(answer, field):
    return answer.context["form"].errors.get(field, [])


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12,50", "12.50"),
        ("12.50", "12.50"),
        ("€ 12,5", "12.50"),
        ("12", "12.00"),
        ("12,-", "12.00"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234", "1234.00"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("0,05", "0.05"),
    ],
)
def test_an_amount_is_read_as_dutch_and_english_readers_write_it(text, amount):
    assert euros(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "€", "twelve", "-12", "1.23.45", "1.234.50", "1e5", "١٢", "999999999"]
)
def test_what_is_no_amount_is_none(text):
    assert euros(text) is None


def test_a_claimed_receipt_shows_its_points_and_why_at_once(door, member):
    make.open_receipt(receipt="r1", at=NOW - timedelta(hours=1), store="Utrecht")

    answer = door.post(PAGE, RECEIPT, follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain[0][1] == 302
    assert "25 points are yours" in page
    assert "25 points earned on a purchase of €25.00." in page
    assert "Utrecht" in page
    assert make.balance(member) == 25


def test_what_was_returned_is_said_beside_the_points(door, member):
    receipt = make.open_receipt(receipt="r1", at=NOW - timedelta(hours=1))
    receipt.refunds.create(
        source_id=receipt.source_id, key="f1", refunded_at=NOW, total=Decimal("5.00")
    )

    page = door.post(PAGE, RECEIPT, follow=True).content.decode()

    assert "20 points are yours" in page
    assert "5 points were taken back, because part of it was returned." in page


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"number": "r9"}, "number", "We know no such receipt"),
        ({"bought_on": "2026-06-16"}, "bought_on", "still to come"),
        ({"bought_on": "2026-05-15"}, "bought_on", "more than 30 days old"),
        ({"bought_on": "31-02-2026"}, "bought_on", "Enter a valid date"),
        ({"total": "a lot"}, "total", "Write an amount such as 12.50."),
        ({"total": ""}, "total", "This field is required."),
        ({"number": "x" * 65}, "number", "at most 64 characters"),
        ({"number": "r\x001"}, "number", "Null characters"),
        ({"number": "<script>alert(1)</script>"}, "number", "We know no such receipt"),
        ({"number": "🧾"}, "number", "We know no such receipt"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(door, changed, field, words):
    make.open_receipt(receipt="r1")

    answer = door.post(PAGE, RECEIPT | changed)

    assert answer.status_code == 200
    assert errors(answer, field)
    assert words in answer.content.decode()
    assert b"<script>alert" not in answer.content
    assert OpenReceipt.objects.unclaimed().exists()


def test_someone_elses_receipt_is_said_to_be_on_another_card(door):
    make.purchase(make.member(), receipt="r1")

    answer = door.post(PAGE, RECEIPT)

    assert errors(answer, "number") == [
        "This receipt is on another card; its points were given there."
    ]


def test_the_same_receipt_again_is_said_to_be_there(door, member):
    make.open_receipt(receipt="r1")
    door.post(PAGE, RECEIPT)

    answer = door.post(PAGE, RECEIPT)

    assert "on your account already" in errors(answer, "number")[0]
    assert make.balance(member) == 25


def test_guessing_ends_after_ten_tries_even_with_the_right_answer(door):
    make.open_receipt(receipt="r1")
    for number in range(TRIES_A_DAY):
        door.post(PAGE, RECEIPT | {"number": f"guess{number}"})

    answer = door.post(PAGE, RECEIPT)

    assert "You can try again on 16 June 2026" in errors(answer, "__all__")[0]
    assert not Entry.objects.exists()


def test_a_closed_member_is_told_and_asked_nothing(door, member):
    make.open_receipt(receipt="r1")
    close_membership(member_id=member.pk, now=NOW)

    page = door.get(PAGE).content.decode()
    answer = door.post(PAGE, RECEIPT)

    assert "has been closed" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert not Entry.objects.exists()
    assert answer.status_code == 200


def test_the_receipt_of_another_cannot_be_looked_at(door):
    other = make.purchase(make.member())

    assert door.get(f"{PAGE}{other.pk}/").status_code == 404
    assert door.get(f"{PAGE}99999999999999999999/").status_code == 404


def test_who_is_not_logged_in_is_asked_to(visitor, program):
    assert visitor.get(PAGE).status_code == 302
    assert visitor.post(PAGE, RECEIPT).status_code == 302


def test_the_points_page_and_an_empty_home_lead_to_it(door):
    assert PAGE in door.get("/my/points/").content.decode()
    assert PAGE in door.get("/my/").content.decode()
