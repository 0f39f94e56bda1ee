"""A coupon to print comes along with the answer to a purchase."""

import pytest
from django.utils import timezone

from members.models import Card, Scope
from rewards.models import Voucher
from tests import make
from tests.api.conftest import till_with
from tests.rewards.codes_made import coupon_rule

pytestmark = pytest.mark.django_db


def purchase(of, **changes):
    return {
        "receipt": "R-1",
        "member": Card.objects.get(member=of).number,
        "placed_at": timezone.now().isoformat(),
        "total": "25.50",
        "currency": "EUR",
    } | changes


def test_sent_again_the_answer_is_the_same_to_the_byte(till, sanne):
    coupon_rule(now=timezone.now())
    body = purchase(sanne)

    first = till.post("/purchases", body)
    again = till.post("/purchases", body)

    (coupon,) = first.json()["coupons"]
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert coupon["lines"] == ["€5 off", "your next purchase"]
    assert coupon["barcode"] == {"kind": "code128", "data": coupon["code"].replace("-", "")}
    assert Voucher.objects.count() == 1


def test_a_batch_brings_the_same_coupons_as_one_by_one(till, sanne):
    coupon_rule(now=timezone.now())
    body = purchase(sanne)
    first = till.post("/purchases/batch", {"purchases": [body, purchase(sanne, receipt="R-2")]})

    again = till.post("/purchases", body)

    told = [item["answer"]["coupons"] for item in first.json()["items"]]
    assert [len(coupons) for coupons in told] == [1, 1]
    assert again.json()["coupons"] == told[0]


def test_a_preview_never_shows_a_coupon(till, sanne):
    coupon_rule(now=timezone.now())

    assert till.post("/purchases/preview", purchase(sanne)).json()["coupons"] == []


def test_without_a_rule_there_is_nothing_to_print(till, sanne):
    assert till.post("/purchases", purchase(sanne)).json()["coupons"] == []


def test_the_key_of_another_till_of_the_chain_hears_the_same(till, sanne, source):
    coupon_rule(now=timezone.now())
    body = purchase(sanne)
    other = till_with(*Scope.values, source=source, name="Till 2")

    assert other.post("/purchases", body).content == till.post("/purchases", body).content


def test_the_coupon_of_a_purchase_is_nobody_elses(till, sanne):
    coupon_rule(now=timezone.now())
    other = make.member()

    codes = {
        till.post("/purchases", purchase(who, receipt=receipt)).json()["coupons"][0]["code"]
        for who, receipt in ((sanne, "R-1"), (other, "R-2"))
    }

    assert len(codes) == 2
