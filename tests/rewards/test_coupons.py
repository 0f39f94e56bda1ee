"""Coupons below receipts: when one is printed, what it says, and that it never costs a purchase."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actions.entitlement import MayNot
from members.models import ApiClient, Tier
from members.refusals import Refusal
from points.actions.reporting import preview_purchase, report_purchase, report_purchases
from points.events import Purchase as Event
from points.models import Purchase
from points.signals import receipt_considered
from rewards.actions.batches import stop_batch
from rewards.actions.coupon_rules import stop_coupon_rule
from rewards.actions.validation import validate_vouchers
from rewards.codes import shown, tidy
from rewards.models import CouponRule, PrintedCoupon, Voucher
from rewards.order_rules import Order
from rewards.reports.finding import find_voucher
from tests import make
from tests.rewards import tills
from tests.rewards.codes_made import coupon_rule

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def sanne():
    make.published_program()
    return make.member()


def event(by, receipt="R-1", total="25.00", *, at=NOW, store="North") -> Event:
    return Event(receipt, by.pk, at, Decimal(total), store=store)


def report(by, *args, now=NOW, **fields):
    return report_purchase(
        event=event(by, *args, **fields), source_id=make.source(), actor="api:1", now=now
    )


def test_a_receipt_brings_a_coupon_that_can_be_used(sanne):
    rule = coupon_rule()

    (coupon,) = report(sanne).coupons

    printed = PrintedCoupon.objects.get()
    assert (printed.rule, printed.purchase) == (rule, Purchase.objects.get())
    assert coupon.lines == ("€ 5 korting", "op je volgende aankoop")
    assert coupon.kind == "code128"
    assert tidy(coupon.data) == coupon.data
    assert coupon.code == shown(coupon.data)
    assert coupon.valid_until == (NOW + timedelta(days=28)).date()
    found = find_voucher(typed=coupon.code)
    assert found is not None
    assert (found.member, found.batch, found.value) == (sanne, rule.batch, Decimal("5.00"))
    assert found.state(NOW) == Voucher.State.ISSUED


def test_the_paper_is_enough_to_use_it_where_nobody_shows_a_card(sanne):
    coupon_rule(per_member=1)
    (coupon,) = report(sanne).coupons

    (answer,) = validate_vouchers(
        codes=[coupon.code],
        order=Order(total=Decimal(40)),
        client=ApiClient.objects.get(pk=tills.till()),
        member_id=None,
        now=NOW,
    )

    assert answer.told.amount == 5


def test_sent_again_it_is_the_same_one(sanne):
    coupon_rule()
    first = report(sanne)

    again = report(sanne)

    assert not again.is_new
    assert again.coupons == first.coupons
    assert Voucher.objects.count() == 1


def test_sent_again_it_is_the_same_one_though_the_rule_was_stopped(sanne):
    rule = coupon_rule()
    first = report(sanne)
    stop_coupon_rule(rule_id=rule.pk, staff_id=rule.made_by_id, now=NOW)

    assert report(sanne).coupons == first.coupons


@pytest.mark.parametrize(
    "fields",
    [
        {"least_total": Decimal("25.01")},
        {"stores": ("South",)},
        {"tier": 1},
        {"from_at": NOW + timedelta(seconds=1)},
        {"until_at": NOW},
    ],
)
def test_a_receipt_that_a_rule_does_not_mean_brings_none(sanne, fields):
    if fields.get("until_at"):
        CouponRule.objects.filter(pk=coupon_rule().pk).update(until_at=NOW)
    else:
        coupon_rule(**fields)

    assert report(sanne).coupons == ()
    assert not Voucher.objects.exists()


def test_it_counts_in_which_store_and_at_which_tier_one_buys(sanne):
    Tier.objects.get_or_create(rank=1)
    make.purchase(sanne, "600.00")
    coupon_rule(stores=("South", "North"), tier=1)

    assert len(report(sanne).coupons) == 1


def test_the_highest_rule_that_fits_wins(sanne):
    coupon_rule(least_total=Decimal(10))
    high = coupon_rule(least_total=Decimal(25))
    coupon_rule(least_total=Decimal(50))

    report(sanne)

    assert PrintedCoupon.objects.get().rule == high


def test_a_member_gets_no_more_than_a_rule_gives(sanne):
    coupon_rule(per_member=2)

    given = [len(report(sanne, f"R-{number}").coupons) for number in range(4)]

    assert given == [1, 1, 0, 0]
    assert len(report(make.member(), "R-9").coupons) == 1


def test_a_rule_that_was_made_just_now_counts_for_the_next_receipt(sanne):
    assert report(sanne, "R-1").coupons == ()

    coupon_rule()

    assert len(report(sanne, "R-2").coupons) == 1


def test_a_stopped_rule_makes_way_for_the_next_at_once(sanne):
    low, high = coupon_rule(least_total=Decimal(10)), coupon_rule(least_total=Decimal(20))
    report(sanne, "R-1")

    stop_coupon_rule(rule_id=high.pk, staff_id=high.made_by_id, now=NOW)

    assert len(report(sanne, "R-2").coupons) == 1
    assert PrintedCoupon.objects.latest("pk").rule == low


def test_a_purchase_that_is_reported_late_prints_nothing(sanne):
    coupon_rule()

    assert report(sanne, at=NOW - timedelta(minutes=61)).coupons == ()
    assert len(report(sanne, "R-2", at=NOW - timedelta(minutes=59)).coupons) == 1


def test_a_stopped_rule_prints_none_and_its_coupons_stay_good(sanne):
    rule = coupon_rule()
    (coupon,) = report(sanne).coupons

    stop_coupon_rule(rule_id=rule.pk, staff_id=rule.made_by_id, now=NOW)

    assert report(sanne, "R-2").coupons == ()
    found = find_voucher(typed=coupon.code)
    assert found is not None
    assert found.state(NOW) == Voucher.State.ISSUED


def test_a_withdrawn_batch_prints_none_and_its_coupons_are_no_good(sanne):
    rule = coupon_rule()
    (coupon,) = report(sanne).coupons

    stop_batch(batch_id=rule.batch_id, staff_id=make.staff_with("rewards.stop_batch").pk, now=NOW)

    assert report(sanne, "R-2").coupons == ()
    found = find_voucher(typed=coupon.code)
    assert found is not None
    assert found.state(NOW) == Voucher.State.VOID


def test_a_preview_prints_nothing_and_keeps_nothing(sanne):
    coupon_rule()

    told = preview_purchase(event=event(sanne), source_id=make.source(), actor="api:1", now=NOW)

    assert told.points == 25
    assert not Purchase.objects.exists()
    assert not Voucher.objects.exists()


def test_a_preview_takes_no_coupon_of_the_member_and_asks_for_none(sanne):
    coupon_rule(per_member=1)
    report(make.member(), "R-0")

    with CaptureQueriesContext(connection) as asked:
        for _ in range(2):
            preview_purchase(event=event(sanne), source_id=make.source(), actor="api:1", now=NOW)

    assert "rewards_" not in " ".join(query["sql"] for query in asked)
    assert len(report(sanne).coupons) == 1


def test_a_till_that_reads_only_ean_gets_the_shops_own_number(sanne):
    coupon_rule(ean="9900000000011")

    (coupon,) = report(sanne).coupons

    assert (coupon.kind, coupon.data) == ("ean13", "9900000000011")
    assert find_voucher(typed=coupon.code) is not None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ean": "9900000000018"}, "not_an_ean"),
        ({"ean": "99"}, "not_an_ean"),
        ({"valid_days": 0}, "coupon_lives_too_long"),
        ({"valid_days": 367}, "coupon_lives_too_long"),
        ({"until_at": NOW - timedelta(days=40)}, "window_closed"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(fields, code):
    with pytest.raises(Refusal) as refusal:
        coupon_rule(**fields)

    assert refusal.value.code == code
    assert not CouponRule.objects.exists()


def test_the_same_request_makes_one_rule():
    key, by = uuid4(), make.staff_with("rewards.add_couponrule")

    first = coupon_rule(by=by, key=key, name="Spring")

    assert coupon_rule(by=by, key=key, name="Spring") == first
    with pytest.raises(Refusal) as no:
        coupon_rule(by=by, key=key, name="Spring", least_total=Decimal(10))
    assert no.value.code == "other_content"
    assert CouponRule.objects.count() == 1


def test_only_who_may_makes_or_stops_a_rule():
    nobody, rule = make.staff(), coupon_rule()

    with pytest.raises(MayNot):
        coupon_rule(by=nobody)
    with pytest.raises(MayNot):
        stop_coupon_rule(rule_id=rule.pk, staff_id=nobody.pk, now=NOW)

    assert CouponRule.objects.get().stopped_at is None


def test_a_rule_is_stopped_once():
    rule = coupon_rule()
    stop_coupon_rule(rule_id=rule.pk, staff_id=rule.made_by_id, now=NOW)

    with pytest.raises(Refusal) as refusal:
        stop_coupon_rule(rule_id=rule.pk, staff_id=rule.made_by_id, now=NOW)

    assert refusal.value.code == "coupon_rule_stopped"


# A day at once


def test_a_batch_prints_for_each_and_tells_the_same_again(sanne):
    coupon_rule()
    other = make.member()
    events = [event(sanne, "A"), event(other, "B"), event(sanne, "C", "5.00"), event(sanne, "D")]

    first = report_purchases(events=events, source_id=make.source(), actor="api:1", now=NOW)
    again = report_purchases(
        events=[*events, event(other, "E")], source_id=make.source(), actor="api:1", now=NOW
    )

    assert [len(one.coupons) for one in first] == [1, 1, 0, 1]
    assert [one.coupons for one in again[:4]] == [one.coupons for one in first]
    assert len(again[4].coupons) == 1
    assert len({one.coupons[0].code for one in [*first[:2], first[3], again[4]]}) == 4


def test_a_batch_brings_a_member_no_more_than_a_rule_gives(sanne):
    coupon_rule(per_member=2)
    events = [event(sanne, f"R-{number}") for number in range(4)]

    told = report_purchases(events=events, source_id=make.source(), actor="api:1", now=NOW)

    assert [len(one.coupons) for one in told] == [1, 1, 0, 0]


# It never costs a purchase


def test_without_a_rule_a_purchase_asks_the_database_nothing_more(sanne):
    report(sanne, "R-0")
    with CaptureQueriesContext(
        connection,
    ) as without:
        report(sanne, "R-1", "5.00")
    coupon_rule(least_total=Decimal(20))
    report(sanne, "R-2", "5.00")

    with CaptureQueriesContext(connection) as unmeant:
        report(sanne, "R-3", "5.00")

    tables = " ".join(query["sql"] for query in without)
    assert "rewards_" not in tables
    assert len(unmeant) == len(without)


def test_a_room_that_fails_stops_no_purchase(sanne):
    def breaks(**_facts):
        raise RuntimeError("no paper")

    receipt_considered.connect(breaks)
    try:
        done = report(sanne)
    finally:
        receipt_considered.disconnect(breaks)

    assert done.posted.points == 25


def test_a_coupon_that_cannot_be_made_stops_no_purchase(sanne, monkeypatch):
    coupon_rule()
    monkeypatch.setattr(
        "rewards.actions.coupons.end_of_day", lambda *_: NOW - timedelta(days=1), raising=True
    )

    done = report(sanne)

    assert (done.posted.points, done.coupons) == (25, ())
    assert Purchase.objects.count() == 1
    assert not Voucher.objects.exists()
