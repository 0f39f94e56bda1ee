"""Two workers on one batch, two downloads, the last coupon: what the locks are for."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from points.actions.reporting import report_purchase
from points.events import Purchase
from rewards.actions import batch_making
from rewards.actions.batch_making import make_batch
from rewards.actions.batches import stop_batch
from rewards.actions.coupon_rules import stop_coupon_rule
from rewards.actions.exports import approve_export, ask_export, begin_download
from rewards.models import Batch, BatchExport, PrintedCoupon, Voucher
from tests import make
from tests.members.at_once import at_once
from tests.rewards.codes_made import asked_batch, batch, coupon_rule, maker, promotion

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


@pytest.fixture
def quiet(monkeypatch):
    """A batch that is asked for starts no worker by itself."""
    monkeypatch.setattr("rewards.receivers.make_codes.delay", lambda _batch_id: None)
    monkeypatch.setattr(batch_making, "CHUNK", 3)


@pytest.mark.usefixtures("quiet")
def test_two_workers_on_one_batch_make_no_code_too_many():
    asked = asked_batch(20)

    made = at_once(lambda _: make_batch(batch_id=asked.pk, now=NOW), times=4)

    assert sum(made) == 20
    asked.refresh_from_db()
    assert (asked.made, asked.state) == (20, Batch.State.READY)
    assert asked.vouchers.count() == 20


@pytest.mark.usefixtures("quiet")
def test_a_batch_that_is_withdrawn_while_it_is_made_counts_what_it_has():
    asked, boss = asked_batch(60), maker()

    def work(number):
        if number:
            return make_batch(batch_id=asked.pk, now=NOW)
        return stop_batch(batch_id=asked.pk, staff_id=boss.pk, now=NOW).made

    at_once(work, times=3)

    asked.refresh_from_db()
    assert asked.made == asked.vouchers.count()
    assert not Voucher.objects.usable(NOW).exists()


def test_a_batch_that_two_withdraw_is_withdrawn_once():
    made, staff = batch(1), [maker() for _ in range(4)]

    answers = at_once(
        lambda number: stop_batch(batch_id=made.pk, staff_id=staff[number].pk, now=NOW).pk, times=4
    )

    assert sorted(map(str, answers)) == sorted([str(made.pk), *["batch_stopped"] * 3])


def test_a_coupon_rule_that_two_stop_is_stopped_once():
    rule = coupon_rule()

    answers = at_once(
        lambda _: stop_coupon_rule(rule_id=rule.pk, staff_id=rule.made_by_id, now=NOW).pk, times=4
    )

    assert sorted(map(str, answers)) == sorted([str(rule.pk), *["coupon_rule_stopped"] * 3])


def test_receipts_at_once_bring_a_member_no_more_coupons_than_a_rule_gives():
    make.published_program()
    sanne, source = make.member(), make.source()
    coupon_rule(per_member=2)

    def report(number):
        told = report_purchase(
            event=Purchase(f"R-{number}", sanne.pk, NOW, Decimal(25)),
            source_id=source,
            actor="api:1",
            now=NOW,
        )
        return len(told.coupons)

    assert sum(at_once(report, times=12)) == 2
    assert PrintedCoupon.objects.count() == Voucher.objects.count() == 2


def test_one_word_becomes_one_promotion():
    workers = [maker() for _ in range(4)]

    answers = at_once(lambda number: promotion("SUMMER10", by=workers[number]).pk, times=4)

    assert sorted(map(str, answers)).count("code_taken") == 3
    assert Voucher.objects.count() == 1
    assert Batch.objects.count() == 1


def test_a_form_that_is_sent_twice_at_once_starts_one_batch():
    by, key = maker(), uuid4()

    answers = at_once(lambda _: asked_batch(2, by=by, key=key, name="Cinema").pk, times=4)

    assert len(set(answers)) == 1
    assert Batch.objects.get().vouchers.count() == 2


def test_a_download_begins_once_though_the_button_is_pressed_twice():
    staff = [make.staff_with("rewards.export_codes", "members.decide_approval") for _ in range(2)]
    made = batch(2)
    approval = ask_export(
        batch_id=made.pk, reason="x", request_key=uuid4(), staff_id=staff[0].pk, now=NOW
    )
    approve_export(
        approval_id=approval.pk, digest=approval.digest, staff_id=staff[1].pk, note="", now=NOW
    )

    begun = at_once(
        lambda _: (
            begin_download(
                batch_id=made.pk, staff_id=staff[0].pk, now=NOW + timedelta(minutes=1)
            ).begun
        )
    )

    assert sorted(begun) == [1, 2]
    assert BatchExport.objects.get().begun == 2


def test_two_who_ask_at_once_ask_once():
    staff = make.staff_with("rewards.export_codes")
    made = batch(2)

    answers = at_once(
        lambda _: (
            ask_export(
                batch_id=made.pk, reason="x", request_key=uuid4(), staff_id=staff.pk, now=NOW
            ).pk
        )
    )

    assert "export_asked" in answers
