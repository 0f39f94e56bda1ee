"""`POST /purchases` over HTTP."""

import pytest
from django.utils import timezone

from members.models import Card
from points.models import Purchase
from tests import make

pytestmark = pytest.mark.django_db


def purchase(of, **changes):
    return {
        "receipt": "R-1",
        "member": Card.objects.get(member=of).number,
        "placed_at": "2026-03-01T12:00:00+01:00",
        "total": "25.50",
        "currency": "EUR",
    } | changes


def test_a_purchase_is_posted_and_told(till, sanne):
    answer = till.post("/purchases", purchase(sanne))

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["purchase"], told["points"], told["pending"], told["balance"]) == (
        "R-1",
        25,
        0,
        25,
    )
    assert told["tier"]["rank"] == 0
    assert told["explanation"][0] == "25 points earned on a purchase of €25.50."
    assert make.balance(sanne) == 25


def test_the_same_again_answers_the_same_body_whatever_came_since(till, sanne):
    first = till.post("/purchases", purchase(sanne))
    till.post("/purchases", purchase(sanne, receipt="R-2", total="10.00"))
    make.give(sanne, 100)

    again = till.post("/purchases", purchase(sanne))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert Purchase.objects.count() == 2


def test_other_content_is_refused_with_what_differs(till, sanne):
    till.post("/purchases", purchase(sanne))

    answer = till.post("/purchases", purchase(sanne, total="99.00"))

    assert answer.status_code == 409
    assert answer.json()["code"] == "other_content"
    assert answer.json()["details"]["different"] == "total"


def test_what_earned_nothing_is_told_too(till, sanne):
    make.give(sanne, 7, now=timezone.now())
    first = till.post("/purchases", purchase(sanne, total="0.50"))
    make.give(sanne, 7, now=timezone.now())

    assert first.json()["points"] == 0
    assert first.json()["balance"] == 7
    assert till.post("/purchases", purchase(sanne, total="0.50")).content == first.content


def test_a_preview_says_the_same_and_keeps_nothing(till, sanne):
    told = till.post("/purchases/preview", purchase(sanne))

    assert told.status_code == 200
    assert not Purchase.objects.exists()
    assert till.post("/purchases", purchase(sanne)).json() == told.json()


def test_a_batch_answers_item_by_item(till, sanne):
    till.post("/purchases", purchase(sanne))
    items = [
        purchase(sanne, receipt="R-3", placed_at="2026-03-01T12:30:00Z"),
        purchase(sanne),
        purchase(sanne, receipt="R-4", total=12.5),
        purchase(sanne, receipt="R-5", member="2999999999999"),
        {"receipt": 7},
    ]

    told = till.post("/purchases/batch", {"purchases": items}).json()

    assert [item["status"] for item in told["items"]] == [201, 200, 422, 404, 422]
    assert (told["posted"], told["repeated"], told["refused"]) == (1, 1, 3)
    assert told["items"][0]["answer"]["balance"] == 50
    assert told["items"][2]["error"]["details"]["fields"][0]["field"] == "total"
