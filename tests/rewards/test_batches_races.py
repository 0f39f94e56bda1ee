"""Two workers on one batch, two downloads, the last coupon: what the locks are for."""

from datetime import timedelta
from uuid import uuid4

import pytest

from rewards.actions import batch_making
from rewards.actions.batch_making import make_batch
from rewards.actions.batches import stop_batch
from rewards.actions.exports import approve_export, ask_export, begin_download
from rewards.models import Batch, BatchExport, Voucher
from tests import make
from tests.members.at_once import at_once
from tests.rewards.codes_made import asked_batch, batch, maker, promotion

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
