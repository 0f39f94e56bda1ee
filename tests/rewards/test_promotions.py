"""Words that everybody may use, and finding what a typed code stands for."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from members.actions.entitlement import MayNot
from members.refusals import Refusal
from rewards.actions.batches import stop_batch
from rewards.actions.issuing import Worth, code_of
from rewards.models import Batch, Voucher
from rewards.models.reward import Gives
from rewards.promotion_words import tidy
from rewards.reports.finding import find_voucher
from tests import make
from tests.rewards.codes_made import batch, maker, promotion

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("zomer-25", "Z0MER25"),
        (" Summer 1O ", "SVMMER10"),
        ("LILLI", "11111"),
        ("abc", ""),
        ("A" * 20, "A" * 20),
        ("A" * 21, ""),
        ("été2025", ""),
        ("50%OFF", ""),
        ("", ""),
        ("\x00\x00\x00\x00", ""),
        ("ＡＢＣＤ", ""),
    ],
)
def test_a_word_is_read_whatever_was_typed(typed, read):
    assert tidy(typed) == read


def test_a_word_is_found_as_it_is_typed_by_people(django_assert_num_queries):
    made = promotion("SUMMER10")

    for typed in ("SUMMER10", "summer 1o", "Sum-mer-IO"):
        with django_assert_num_queries(1):
            found = find_voucher(typed=typed)
        assert found is not None
        assert found.batch == made
        assert found.state(NOW) == Voucher.State.ISSUED


def test_a_random_code_is_found_by_the_same_question(django_assert_num_queries):
    voucher = batch(1).vouchers.get()
    code = code_of(voucher=voucher)

    with django_assert_num_queries(1):
        found = find_voucher(typed=f" {code[:5]}-{code[5:].lower()}")

    assert found == voucher


def test_what_cannot_be_a_code_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_voucher(typed="no?") is None
    with django_assert_num_queries(1):
        assert find_voucher(typed="NOBODY") is None


def test_a_promotion_is_one_voucher_with_a_limit():
    made = promotion(most_uses=500, per_member=2)

    voucher = Voucher.objects.get()
    assert (made.form, made.state, made.made) == (Batch.Form.PROMOTION, Batch.State.READY, 1)
    assert (voucher.most_uses, voucher.used, made.per_member) == (500, 0, 2)
    assert code_of(voucher=voucher) == "SUMMER25"
    assert voucher.tail == "25"


def test_a_word_stands_nowhere_in_the_database():
    promotion("GEHEIM88", name="Members of the paper")

    with connection.cursor() as cursor:
        for table in ("rewards_batch", "rewards_voucher"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            for (row,) in cursor.fetchall():
                assert "GEHEIM" not in row.upper()
                assert b"GEHEIM".hex() not in row


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"word": "abc"}, "not_a_word"),
        ({"word": "50% OFF"}, "not_a_word"),
        ({"word": "SUMMER25", "name": "The summer-25 code"}, "code_in_name"),
        ({"most_uses": 0}, "uses_out_of_range"),
        ({"most_uses": 10_000_001}, "uses_out_of_range"),
        ({"per_member": 0}, "uses_out_of_range"),
        ({"per_member": 101}, "uses_out_of_range"),
        ({"worth": Worth(gives=Gives.GIFT_CARD, value=Decimal(5))}, "no_gift_card"),
        ({"worth": Worth(gives=Gives.DISCOUNT)}, "worth_nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(fields, code):
    with pytest.raises(Refusal) as refusal:
        promotion(**fields)

    assert refusal.value.code == code
    assert not Batch.objects.exists()


def test_only_who_may_makes_one():
    with pytest.raises(MayNot):
        promotion(by=make.staff())

    assert not Batch.objects.exists()


@pytest.mark.parametrize("again", ["SUMMER10", "SUMMERIO", "sum mer-1o"])
def test_a_word_that_is_a_code_already_is_refused(again):
    promotion("SUMMER10")

    with pytest.raises(Refusal) as refusal:
        promotion(again)

    assert refusal.value.code == "code_taken"
    assert Batch.objects.count() == 1


def test_the_word_of_a_withdrawn_promotion_never_means_something_else():
    made = promotion("SUMMER10")
    stop_batch(batch_id=made.pk, staff_id=made.made_by_id, now=NOW)

    with pytest.raises(Refusal) as refusal:
        promotion("SUMMER10")

    assert refusal.value.code == "code_taken"
    found = find_voucher(typed="SUMMER10")
    assert found is not None
    assert found.state(NOW) == Voucher.State.VOID


def test_the_same_request_makes_one_promotion():
    key, by = uuid4(), maker()

    first = promotion(by=by, key=key, name="Spring")
    again = promotion(by=by, key=key, name="Spring")

    assert first.pk == again.pk
    assert Voucher.objects.count() == 1
    for other in ({"word": "AUTUMN25"}, {"most_uses": 5}, {"per_member": 1}):
        with pytest.raises(Refusal) as refusal:
            promotion(**{"by": by, "key": key, "name": "Spring"} | other)
        assert refusal.value.code == "other_content"
