"""A voucher is used once, or a gift card until it is empty."""

from datetime import timedelta
from decimal import Decimal

import pytest

from rewards.actions.captures import (
    CapturedWhole,
    MoreThanReserved,
    OtherCapture,
    ReservationRanOut,
    ReservationReleased,
    TakenByAnother,
    capture_reservation,
)
from rewards.actions.reservations import (
    VouchersRefused,
    lapse_reservations,
    release_reservation,
)
from rewards.actions.voiding import void_voucher
from rewards.models import Capture
from rewards.signals import voucher_captured
from tests import make
from tests.rewards import tills
from tests.rewards.codes_made import promotion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MINUTE = timedelta(minutes=1)
LATER = make.NOW + 16 * MINUTE


def capture(held, amount=None, *, now=make.NOW):
    wanted = None if amount is None else Decimal(amount)
    return capture_reservation(reservation_id=held.pk, amount=wanted, actor="user:0", now=now)


def facts(voucher):
    voucher.refresh_from_db()
    return voucher.used, voucher.reserved, voucher.captured


def test_a_discount_is_used_once(now, django_capture_on_commit_callbacks):
    voucher = tills.voucher()
    heard = []

    def listen(sender, capture_id, **_facts):
        heard.append(capture_id)

    voucher_captured.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        made = capture(tills.reserved(voucher, order="O-1"))

    assert (made.amount, made.order) == (Decimal("5.00"), "O-1")
    assert facts(voucher) == (1, 0, 0)
    assert voucher.state(now) == "redeemed"
    assert heard == [made.pk]
    with pytest.raises(VouchersRefused, match="has been used"):
        tills.reserved(voucher)


def test_capturing_again_is_the_same_capture():
    held = tills.reserved(tills.voucher())

    first = capture(held)

    assert capture(held) == first
    assert capture(held, "5.00") == first
    with pytest.raises(OtherCapture):
        capture(held, "4.00")
    assert Capture.objects.count() == 1


def test_a_discount_is_captured_whole():
    held = tills.reserved(tills.voucher(), "3.00")

    with pytest.raises(CapturedWhole, match=r"3\.00"):
        capture(held, "2.00")
    assert capture(held, "3.00").amount == 3


@pytest.mark.parametrize("amount", ["0", "-1", "20.01"])
def test_a_gift_card_is_captured_for_something_and_no_more_than_reserved(amount):
    voucher = tills.voucher(gives="gift_card", value="50.00")
    held = tills.reserved(voucher, "20.00")

    with pytest.raises(MoreThanReserved):
        capture(held, amount)
    assert facts(voucher) == (0, 1, 0)


def test_a_gift_card_larger_than_the_orders_is_used_until_it_is_empty(now):
    voucher = tills.voucher(gives="gift_card", value="50.00")

    capture(tills.reserved(voucher, "20.00"), "12.50")
    assert (facts(voucher), voucher.state(now)) == ((0, 0, Decimal("12.50")), "issued")
    capture(tills.reserved(voucher, "100.00"))

    assert (facts(voucher), voucher.state(now)) == ((1, 0, Decimal("50.00")), "redeemed")


def test_a_gift_card_smaller_than_the_order_pays_what_it_holds():
    voucher = tills.voucher(gives="gift_card", value="5.00")

    assert capture(tills.reserved(voucher, "20.00")).amount == 5


def test_what_was_released_is_not_captured(now):
    held = tills.reserved(tills.voucher())
    release_reservation(reservation_id=held.pk, now=now)

    with pytest.raises(ReservationReleased):
        capture(held)


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_hold_that_ran_out_is_still_good_if_nobody_took_the_voucher(is_swept):
    voucher = tills.voucher()
    held = tills.reserved(voucher)
    if is_swept:
        lapse_reservations(now=LATER)

    assert capture(held, now=LATER).amount == 5
    assert facts(voucher) == (1, 0, 0)


def test_a_hold_that_ran_out_is_refused_once_another_holds_the_voucher():
    voucher = tills.voucher()
    late = tills.reserved(voucher)
    other = tills.reserved(voucher, now=LATER)

    with pytest.raises(TakenByAnother):
        capture(late, now=LATER)
    capture(other, now=LATER)
    with pytest.raises(TakenByAnother):
        capture(late, now=LATER)

    assert facts(voucher) == (1, 0, 0)


def test_a_hold_on_a_gift_card_that_ran_out_is_refused_once_too_little_is_left():
    voucher = tills.voucher(gives="gift_card", value="50.00")
    late = tills.reserved(voucher, "30.00")
    capture(tills.reserved(voucher, "25.00", now=LATER), now=LATER)

    with pytest.raises(TakenByAnother):
        capture(late, now=LATER)
    assert capture(late, "25.00", now=LATER).amount == 25


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_hold_that_ran_out_gives_a_member_no_more_uses_than_they_have(is_swept):
    word, sanne = promotion(per_member=1).vouchers.get(), make.member()
    late = tills.reserved(word, member_id=sanne.pk)
    anothers = tills.reserved(word, member_id=make.member().pk)
    if is_swept:
        lapse_reservations(now=LATER)
    capture(tills.reserved(word, member_id=sanne.pk, now=LATER), now=LATER)

    with pytest.raises(TakenByAnother):
        capture(late, now=LATER)

    assert capture(anothers, now=LATER).amount == 5
    assert facts(word)[0] == 2


def test_a_hold_keeps_the_voucher_valid_beyond_its_date():
    voucher = tills.voucher(days=1)
    evening = voucher.expires_at - MINUTE
    held = tills.reserved(voucher, now=evening)

    assert capture(held, now=evening + 14 * MINUTE).amount == 5


def test_a_hold_that_ran_out_does_not():
    voucher = tills.voucher(days=1)
    evening = voucher.expires_at - MINUTE
    held = tills.reserved(voucher, now=evening)

    with pytest.raises(ReservationRanOut):
        capture(held, now=evening + 15 * MINUTE)
    assert facts(voucher) == (0, 1, 0)


def test_a_code_for_many_that_was_withdrawn_stays_good_for_who_holds_it(now):
    voucher = tills.voucher(most_uses=10)
    held, late = tills.reserved(voucher), tills.reserved(voucher)
    void_voucher(voucher_id=voucher.pk, staff_id=make.staff().pk, reason="Leaked", now=now)

    assert capture(held, now=now + 14 * MINUTE).amount == 5
    with pytest.raises(ReservationRanOut):
        capture(late, now=LATER)


def test_a_clock_that_went_back_changes_nothing(now):
    voucher = tills.voucher()
    held = tills.reserved(voucher)

    assert capture(held, now=now - 60 * MINUTE).amount == 5
