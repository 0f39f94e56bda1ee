"""A till holds a voucher: once, for fifteen minutes, under its own key."""

from datetime import timedelta
from decimal import Decimal

import pytest

from rewards.actions.captures import capture_reservation
from rewards.actions.reservations import (
    AlreadyCaptured,
    OtherReservation,
    VouchersRefused,
    lapse_reservations,
    release_reservation,
    reserve_vouchers,
)
from rewards.codes import shown
from rewards.models import Reservation, WrongTry
from rewards.order_rules import Line, Order, Why
from tests import make
from tests.rewards import tills

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MINUTE = timedelta(minutes=1)


def why(raised):
    return [[reason.why for reason in answer.told.reasons] for answer in raised.value.answers]


def state_of(held):
    held.refresh_from_db()
    held.voucher.refresh_from_db()
    return held.state, held.voucher.reserved, held.voucher.used


def test_a_voucher_is_held_for_fifteen_minutes(now):
    voucher = tills.voucher()

    held = tills.reserved(voucher, "40.00", order="O-1")

    assert (held.until, held.amount, held.order) == (now + 15 * MINUTE, Decimal("5.00"), "O-1")
    voucher.refresh_from_db()
    assert voucher.state(now) == "reserved"


def test_a_code_may_be_typed_in_lower_case_with_spaces_and_look_alikes(now):
    voucher = tills.voucher()
    typed = shown(tills.code(voucher)).lower().replace("-", " ").replace("0", "o").replace("1", "l")

    (held,) = reserve_vouchers(
        codes=[typed],
        order=Order(total=Decimal(40)),
        key="k",
        client_id=None,
        actor="user:0",
        member_id=None,
        now=now,
    )

    assert held.voucher == voucher


def test_the_same_key_with_the_same_content_is_the_same_reservation(now):
    voucher = tills.voucher()

    first = tills.reserved(voucher, key="k-1")
    again = tills.reserved(voucher, key="k-1", now=now + 5 * MINUTE)

    assert again == first
    assert Reservation.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"total": "41.00"},
        {"order": "O-2"},
        {"lines": [Line(amount=Decimal(1))]},
        {"member_id": 7},
    ],
)
def test_the_same_key_with_other_content_is_refused(other):
    voucher = tills.voucher()
    tills.reserved(voucher, key="k-1")

    with pytest.raises(OtherReservation):
        tills.reserved(voucher, key="k-1", **other)


def test_the_same_key_for_another_voucher_is_refused():
    tills.reserved(tills.voucher(), key="k-1")

    with pytest.raises(OtherReservation):
        tills.reserved(tills.voucher(), key="k-1")


def test_the_same_key_of_another_till_is_another_key():
    one, other = tills.till("Till 1"), tills.till("Till 2")

    held = tills.reserved(tills.voucher(), key="k-1", client_id=one)

    assert tills.reserved(tills.voucher(), key="k-1", client_id=other) != held


def test_a_voucher_that_another_till_holds_is_told_until_when(now):
    voucher = tills.voucher()
    tills.reserved(voucher, client_id=tills.till("Till 1"))

    with pytest.raises(VouchersRefused) as raised:
        tills.reserved(voucher, client_id=tills.till("Till 2"))

    (answer,) = raised.value.answers
    assert raised.value.code == "voucher_held"
    assert answer.told.reasons[0].at == now + 15 * MINUTE
    assert not WrongTry.objects.exists()


def test_a_hold_that_ran_out_is_taken_over_without_any_job(now):
    voucher = tills.voucher()
    first = tills.reserved(voucher)

    second = tills.reserved(voucher, now=now + 15 * MINUTE)

    assert state_of(first) == ("lapsed", 1, 0)
    assert state_of(second)[0] == "live"


def test_a_till_that_died_reserves_again_for_the_same_order(now):
    voucher, till = tills.voucher(), tills.till("Till 1")
    first = tills.reserved(voucher, client_id=till, order="O-1")

    second = tills.reserved(voucher, client_id=tills.till("Till 2"), order="O-1", now=now + MINUTE)

    assert state_of(first) == ("released", 1, 0)
    assert state_of(second)[0] == "live"


def test_the_same_order_number_of_another_business_takes_nothing_over():
    voucher = tills.voucher()
    tills.reserved(voucher, client_id=tills.till("Till 1"), order="O-1")
    elsewhere = tills.till("Till 2", source_id=make.source("another"))

    with pytest.raises(VouchersRefused, match="holds"):
        tills.reserved(voucher, client_id=elsewhere, order="O-1")


def test_all_vouchers_of_an_order_are_held_or_none(now):
    good, used = tills.voucher(), tills.voucher()
    capture_reservation(
        reservation_id=tills.reserved(used).pk, amount=None, actor="user:0", now=now
    )

    def reserve(codes, key):
        return reserve_vouchers(
            codes=codes,
            order=Order(total=Decimal(40)),
            key=key,
            client_id=None,
            actor="user:0",
            member_id=None,
            now=now,
        )

    with pytest.raises(VouchersRefused) as raised:
        reserve([tills.code(good), tills.code(used)], "k-1")
    held = reserve([tills.code(good), tills.code(tills.voucher(value="3.00"))], "k-1")

    assert why(raised) == [[], [Why.USED]]
    assert [one.amount for one in held] == [Decimal("5.00"), Decimal("3.00")]


def test_vouchers_that_come_one_by_one_for_an_order_count_together():
    alone, card = tills.voucher(is_alone=True), tills.voucher(gives="gift_card", value="50.00")
    tills.reserved(alone, "40.00", order="O-1")

    with pytest.raises(VouchersRefused) as raised:
        tills.reserved(tills.voucher(), "40.00", order="O-1")
    rest = tills.reserved(card, "40.00", order="O-1")

    assert why(raised) == [[Why.BESIDE_ALONE]]
    assert rest.amount == Decimal("35.00")


def test_releasing_lets_the_voucher_go_and_twice_changes_nothing(now):
    voucher = tills.voucher()
    held = tills.reserved(voucher)

    release_reservation(reservation_id=held.pk, now=now)
    release_reservation(reservation_id=held.pk, now=now + MINUTE)

    assert state_of(held) == ("released", 0, 0)
    assert held.ended_at == now


def test_what_was_captured_is_not_released(now):
    held = tills.reserved(tills.voucher())
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)

    with pytest.raises(AlreadyCaptured):
        release_reservation(reservation_id=held.pk, now=now)


def test_the_sweep_ends_what_ran_out_and_nothing_else(now):
    old, young = tills.reserved(tills.voucher()), tills.reserved(tills.voucher(), now=now + MINUTE)

    lapsed = lapse_reservations(now=now + 15 * MINUTE)

    assert lapsed == 1
    assert state_of(old) == ("lapsed", 0, 0)
    assert state_of(young) == ("live", 1, 0)
    assert lapse_reservations(now=now + 15 * MINUTE) == 0


def test_a_code_for_many_is_held_by_as_many_as_it_may_be_used(now):
    voucher = tills.voucher(most_uses=2)

    tills.reserved(voucher)
    tills.reserved(voucher)
    with pytest.raises(VouchersRefused, match="holds"):
        tills.reserved(voucher)
    late = tills.reserved(voucher, now=now + 15 * MINUTE)

    voucher.refresh_from_db()
    assert (voucher.reserved, late.is_sole) == (1, False)


@pytest.mark.parametrize(
    ("facts", "at", "expected"),
    [
        ({"valid_from": make.NOW + timedelta(days=2)}, 0, Why.EARLY),
        ({}, 30, Why.EXPIRED),
        ({"least_order": Decimal("44.00")}, 0, Why.ORDER_TOO_SMALL),
    ],
)
def test_what_is_not_valid_is_not_held(facts, at, expected, now):
    voucher = tills.voucher(**facts)

    with pytest.raises(VouchersRefused) as raised:
        tills.reserved(voucher, "40.00", now=now + timedelta(days=at))

    assert why(raised) == [[expected]]
    assert not Reservation.objects.exists()
    voucher.refresh_from_db()
    assert voucher.reserved == 0


def test_a_code_for_many_is_used_once_on_an_order(now):
    many = tills.voucher(most_uses=10)
    held = tills.reserved(many, order="O-1")
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)

    with pytest.raises(VouchersRefused) as refused:
        tills.reserved(many, order="O-1")

    assert refused.value.code == "same_voucher_twice"
    assert tills.reserved(many, order="O-2").amount == 5


def test_a_gift_card_pays_again_for_an_order_that_it_paid_in_part(now):
    card = tills.voucher(gives="gift_card", value="50.00")
    held = tills.reserved(card, total="40.00", order="O-1")
    capture_reservation(reservation_id=held.pk, amount=Decimal(10), actor="user:0", now=now)

    assert tills.reserved(card, total="40.00", order="O-1").amount > 0
