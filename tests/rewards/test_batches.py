"""Batches of unique codes: asked for once, made in chunks, withdrawn as a whole."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from members.actions.entitlement import MayNot
from members.refusals import Refusal
from rewards import codes
from rewards.actions import batch_making
from rewards.actions.batch_making import make_batch, resume_batches
from rewards.actions.batches import stop_batch
from rewards.actions.issuing import Worth, code_of, issue_voucher
from rewards.code_vault import digest_of, digests_of, opened, seal_all
from rewards.codes import new_codes, tidy
from rewards.models import Batch, Voucher
from rewards.models.reward import Gives
from tests import make
from tests.rewards.codes_made import FIVE_OFF, asked_batch, batch, maker

pytestmark = pytest.mark.django_db
NOW = make.NOW
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def _small_chunks(monkeypatch):
    monkeypatch.setattr(batch_making, "CHUNK", 2)


def test_many_codes_are_made_as_one_is():
    made = new_codes(500)

    assert len(set(made)) == 500
    assert [tidy(code) for code in made] == made


def test_every_symbol_is_as_likely_as_any_other():
    symbols = "".join(code[:-1] for code in new_codes(5_000))

    counts = [symbols.count(symbol) for symbol in codes.ALPHABET]
    assert min(counts) > 0.85 * 70_000 / 32
    assert max(counts) < 1.15 * 70_000 / 32


def test_many_are_digested_and_sealed_as_one_is(settings):
    made = new_codes(5)
    settings.VOUCHER_KEY = "another key"

    seals = seal_all(made)

    assert digests_of(made) == [digest_of(code) for code in made]
    assert [opened(seal) for seal in seals] == made
    assert len({seal[:12] for seal in seals}) == 5


@pytest.mark.usefixtures("_small_chunks")
def test_a_batch_makes_as_many_vouchers_as_were_asked():
    made = batch(5)

    vouchers = Voucher.objects.filter(batch=made)
    assert (made.state, made.made, made.ready_at is not None) == (Batch.State.READY, 5, True)
    assert len({bytes(voucher.digest) for voucher in vouchers}) == 5
    assert len({voucher.reference for voucher in vouchers}) == 5
    for voucher in vouchers:
        code = code_of(voucher=voucher)
        assert tidy(code) == code
        assert bytes(voucher.digest) == digest_of(code)
        assert voucher.tail == code[-5:]
        assert voucher.state(NOW) == Voucher.State.ISSUED


def test_its_vouchers_are_what_one_issued_by_itself_would_be():
    worth = Worth(
        gives=Gives.PERCENTAGE,
        percent=Decimal("12.50"),
        most_off=Decimal("10.00"),
        least_order=Decimal("20.00"),
        product="tab\tand \\ slash\nline",
        is_alone=True,
        vat="single",
        cost=Decimal("1.25"),
    )
    made = batch(1, worth=worth)
    alone = issue_voucher(
        worth=worth, valid_from=made.valid_from, expires_at=made.expires_at, now=NOW, batch=made
    )
    # The clock of a run goes on while it works.
    own = {"id", "reference", "digest", "sealed", "tail", "issued_at"}

    copied = Voucher.objects.filter(batch=made).exclude(pk=alone.pk).get()

    for field in Voucher._meta.concrete_fields:
        if field.name not in own:
            assert getattr(copied, field.attname) == getattr(alone, field.attname), field.name


def test_the_same_request_starts_one_batch():
    key, by = uuid4(), maker()

    first = asked_batch(3, by=by, key=key, name="Cinema")
    again = asked_batch(3, by=by, key=key, name="Cinema")

    assert again.pk == first.pk
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"wanted": 4},
        {"name": "Theater"},
        {"worth": Worth(gives=Gives.DISCOUNT, value=Decimal("50.00"))},
        {"worth": Worth(gives=Gives.DISCOUNT, value=Decimal("5.00"), cost=Decimal(1))},
        {"expires_at": NOW + timedelta(days=1)},
    ],
)
def test_the_same_request_with_other_answers_is_refused(other):
    key, by = uuid4(), maker()
    asked_batch(3, by=by, key=key, name="Cinema")

    with pytest.raises(Refusal) as refusal:
        asked_batch(**{"wanted": 3, "by": by, "key": key, "name": "Cinema"} | other)

    assert refusal.value.code == "other_content"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"wanted": 0}, "too_many_codes"),
        ({"wanted": 1_000_001}, "too_many_codes"),
        ({"worth": Worth(gives=Gives.DISCOUNT)}, "worth_nothing"),
        ({"worth": Worth(gives=Gives.GIFT_CARD, value=Decimal(0))}, "worth_nothing"),
        ({"worth": Worth(gives=Gives.PERCENTAGE, percent=Decimal(101))}, "worth_nothing"),
        ({"worth": Worth(gives=Gives.PRODUCT)}, "worth_nothing"),
        ({"worth": Worth(gives=Gives.DONATION, value=Decimal(1))}, "worth_nothing"),
        ({"expires_at": NOW}, "window_closed"),
        (
            {"expires_at": NOW - timedelta(days=1), "valid_from": NOW - timedelta(days=2)},
            "window_closed",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(fields, code):
    with pytest.raises(Refusal) as refusal:
        asked_batch(**fields)

    assert refusal.value.code == code
    assert not Batch.objects.exists()


def test_a_name_is_used_once():
    asked_batch(name="Cinema")

    with pytest.raises(Refusal) as refusal:
        asked_batch(name="Cinema ")

    assert refusal.value.code == "name_taken"


def test_only_who_may_starts_or_withdraws_one():
    nobody = make.staff()

    with pytest.raises(MayNot):
        asked_batch(by=nobody)
    with pytest.raises(MayNot):
        stop_batch(batch_id=asked_batch().pk, staff_id=nobody.pk, now=NOW)


@pytest.mark.usefixtures("_small_chunks")
def test_a_worker_that_is_killed_leaves_whole_chunks_and_another_goes_on(monkeypatch):
    asked, drawn = asked_batch(5), []

    def killed_in_the_second(count):
        drawn.append(count)
        if len(drawn) == 2:
            raise KeyboardInterrupt
        return new_codes(count)

    monkeypatch.setattr(batch_making, "new_codes", killed_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        make_batch(batch_id=asked.pk, now=NOW)
    asked.refresh_from_db()
    assert (asked.made, asked.vouchers.count()) == (2, 2)

    assert resume_batches(now=NOW) == 0
    assert resume_batches(now=LATER) == 3

    asked.refresh_from_db()
    assert (asked.state, asked.made, asked.vouchers.count()) == (Batch.State.READY, 5, 5)


def test_a_batch_that_no_worker_began_is_made_by_the_sweep():
    asked = asked_batch(2)

    assert resume_batches(now=LATER) == 2

    assert asked.vouchers.count() == 2


def test_a_code_that_exists_already_is_made_anew(monkeypatch):
    taken = new_codes(1)
    drawn = [taken, taken + new_codes(1), new_codes(2)]
    monkeypatch.setattr(batch_making, "new_codes", lambda _count: drawn.pop(0))
    batch(1)

    second = batch(2)

    assert not drawn
    assert second.vouchers.count() == 2
    assert Voucher.objects.filter(digest=digest_of(taken[0])).count() == 1


def test_what_is_made_twice_is_made_once():
    made = batch(2)

    assert make_batch(batch_id=made.pk, now=NOW) == 0

    assert made.vouchers.count() == 2


# Withdrawn


def test_the_vouchers_of_a_withdrawn_batch_are_no_good_at_once_and_none_is_touched(
    django_assert_num_queries,
):
    made = batch(3)
    used = made.vouchers.earliest("pk")
    Voucher.objects.filter(pk=used.pk).update(used=1)
    before = list(Voucher.objects.order_by("pk").values())

    stop_batch(batch_id=made.pk, staff_id=made.made_by_id, now=LATER)

    assert list(Voucher.objects.order_by("pk").values()) == before
    assert not Voucher.objects.usable(LATER).exists()
    with django_assert_num_queries(1):
        states = [voucher.state(LATER) for voucher in Voucher.objects.order_by("pk")]
    assert states == [Voucher.State.REDEEMED, Voucher.State.VOID, Voucher.State.VOID]


def test_a_voucher_of_no_batch_is_as_good_as_before():
    alone = issue_voucher(
        worth=FIVE_OFF, valid_from=NOW, expires_at=NOW + timedelta(days=9), now=NOW
    )

    assert alone in Voucher.objects.usable(NOW)
    assert Voucher.objects.lock(alone.pk).state(NOW) == Voucher.State.ISSUED


@pytest.mark.usefixtures("_small_chunks")
def test_a_withdrawn_batch_makes_no_more():
    asked = asked_batch(5)
    stop_batch(batch_id=asked.pk, staff_id=asked.made_by_id, now=NOW)

    assert make_batch(batch_id=asked.pk, now=NOW) == 0
    assert resume_batches(now=LATER) == 0

    assert not asked.vouchers.exists()


def test_a_batch_is_withdrawn_once():
    made = batch()
    stop_batch(batch_id=made.pk, staff_id=made.made_by_id, now=NOW)

    with pytest.raises(Refusal) as refusal:
        stop_batch(batch_id=made.pk, staff_id=made.made_by_id, now=LATER)

    assert refusal.value.code == "batch_stopped"
    assert Batch.objects.get().stopped_at == NOW
