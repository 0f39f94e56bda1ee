"""`POST /purchases/{source}/{receipt}/refunds` over HTTP."""

import pytest

from tests import make
from tests.api.conftest import till_with
from tests.api.test_purchases import purchase

pytestmark = pytest.mark.django_db
SENT = {"refund": "T-1", "refunded_at": "2026-03-02T10:00:00+01:00", "total": "10.00"}


@pytest.fixture
def bought(till, sanne):
    return till.post("/purchases", purchase(sanne, receipt="2026/4/17")).json()


def test_a_refund_takes_back_what_the_rest_does_not_earn(till, sanne, bought):
    answer = till.post("/purchases/chain/2026/4/17/refunds", SENT)

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["refund"], told["purchase"], told["points"]) == ("T-1", "2026/4/17", -10)
    assert make.balance(sanne) == 15


def test_the_same_refund_again_answers_the_same(till, sanne, bought):
    first = till.post("/purchases/chain/2026/4/17/refunds", SENT)
    again = till.post("/purchases/chain/2026/4/17/refunds", SENT)

    assert (again.status_code, again.content) == (200, first.content)
    assert make.balance(sanne) == 15


def test_another_source_has_not_sold_it(till, bought, sanne):
    other = till_with("refunds:write", source=make.source("other"), name="Other")

    for source in ("chain", "other"):
        answer = other.post(f"/purchases/{source}/2026/4/17/refunds", SENT)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_purchase")
    assert make.balance(sanne) == 25


def test_a_refund_of_nothing_is_told_at_its_field(till, bought):
    answer = till.post("/purchases/chain/2026/4/17/refunds", SENT | {"total": "0.00"})

    assert answer.status_code == 422, answer.content
