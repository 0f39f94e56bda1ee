"""What was redeemed is handed over step by step, and had once: in the hand or at the till."""

from datetime import timedelta
from decimal import Decimal

import pytest

from members.refusals import Refusal
from rewards.actions.captures import capture_reservation
from rewards.actions.handing import hand_over
from rewards.actions.reservations import VouchersRefused, release_reservation
from rewards.actions.taking_back import UsedAlready, take_back_redemption
from rewards.models import Redemption
from rewards.order_rules import Line
from rewards.reports.vouchers import ticket
from tests import make
from tests.rewards import tills

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
BREAD = (Line(product="bread", amount=Decimal(3)),)


@pytest.fixture(autouse=True)
def program(now):
    make.published_program(now=now)


def redeemed(handing="ship", **fields) -> Redemption:
    facts = {"gives": "product", "product": "bread", "handing": handing} | fields
    return make.redeem(make.member(points=500), make.reward(**facts))


def step(made, name, now):
    return hand_over(redemption_id=made.pk, step=name, now=now)


def refused(made, name, now):
    with pytest.raises(Refusal) as no:
        step(made, name, now)
    return no.value.code


def test_what_is_picked_up_is_set_out_before(now):
    made = redeemed("pick_up")

    assert refused(made, "picked_up", now) == "not_the_next_step"
    assert step(made, "set_out", now).handing == "set_out"
    assert made in Redemption.objects.to_hand_over()
    assert step(made, "picked_up", now).handed_at == now
    assert refused(made, "picked_up", now) == "not_the_next_step"
    assert not Redemption.objects.to_hand_over().exists()


def test_what_was_sent_is_not_given_at_a_till_as_well(now):
    made = redeemed()

    step(made, "sent", now)

    with pytest.raises(VouchersRefused):
        tills.reserved(made.voucher, lines=BREAD)
    made.voucher.refresh_from_db()
    assert ticket(made.voucher, now).state_label == "handed over"


def test_what_a_till_gave_or_holds_is_not_sent_as_well(now):
    made = redeemed()
    held = tills.reserved(made.voucher, lines=BREAD)

    assert refused(made, "sent", now) == "had_at_till"
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)

    assert refused(made, "sent", now) == "had_at_till"
    assert not Redemption.objects.to_hand_over().exists()


def test_what_a_till_let_go_is_sent(now):
    made = redeemed()
    held = tills.reserved(made.voucher, lines=BREAD)
    release_reservation(reservation_id=held.pk, now=now)

    assert step(made, "sent", now).handing == "sent"


def test_what_was_set_out_can_still_be_had_at_the_till(now):
    made = redeemed("pick_up")

    step(made, "set_out", now)

    assert tills.reserved(made.voucher, lines=BREAD).amount == 3


def test_a_gift_card_that_is_sent_keeps_its_value(now):
    made = redeemed(gives="gift_card", product="", value=Decimal(5))

    step(made, "sent", now)

    assert tills.reserved(made.voucher).amount == 5


def test_what_was_sent_is_not_taken_back(now):
    made = redeemed()
    step(made, "sent", now)

    with pytest.raises(UsedAlready):
        take_back_redemption(redemption_id=made.pk, actor="user:1", now=now + timedelta(minutes=1))
