"""What staff do at the counter: one step, once, undone within the hour, and proof before points."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from members.actions.proof import ProofWrong, proof_key
from members.card_proof import code, step_at
from members.models import Card, StaffAct
from rewards.actions.captures import CapturedWhole, MoreThanReserved, OtherCapture
from rewards.actions.counter import (
    Choice,
    ProofOfAnother,
    ProofUsed,
    TooLateToUndo,
    look_up_code,
    redeem_at_counter,
    undo_at_counter,
    use_at_counter,
)
from rewards.actions.reservations import VouchersRefused
from rewards.actions.wrong_tries import MOST_A_MINUTE, TooManyWrongCodes
from rewards.codes import new_code
from rewards.models import Capture, Redemption, Reservation, WrongTry
from rewards.order_rules import Order
from tests import make
from tests.rewards import tills
from tests.rewards.issued import gift_card, reward, voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def joost():
    make.published_program()
    return make.staff()


def use(one, by, *, total="40.00", amount=None, key="k1", now=make.NOW) -> Capture:
    return use_at_counter(
        code=tills.code(one),
        order=Order(total=Decimal(total), reference="A-1"),
        amount=amount and Decimal(amount),
        member_id=None,
        key=key,
        staff_id=by.pk,
        now=now,
    )


def test_a_voucher_is_used_in_one_step_and_leaves_one_trace(joost, now):
    mine = voucher(make.member())

    first, again = use(mine, joost), use(mine, joost)

    mine.refresh_from_db()
    assert first == again
    assert (first.amount, mine.used, mine.reserved) == (Decimal("8.00"), 1, 0)
    act = StaffAct.objects.get()
    assert (act.staff, act.member, act.after["order"]) == (joost, mine.member, "A-1")
    assert tills.code(mine) not in str(vars(act))


@pytest.mark.parametrize(
    ("amount", "left"), [(None, "0.00"), ("10.00", "15.00"), ("99.00", "0.00")]
)
def test_a_gift_card_gives_as_much_as_is_wanted_and_there_is(joost, amount, left):
    card = gift_card(make.member(), "25.00")

    use(card, joost, amount=amount)

    card.refresh_from_db()
    assert card.left == Decimal(left)


def test_what_is_refused_leaves_nothing_held_and_no_trace(joost):
    mine = voucher(make.member(), least_order=Decimal(50))

    with pytest.raises(VouchersRefused):
        use(mine, joost)

    assert not Reservation.objects.live().exists()
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize(
    ("gives", "amount", "refusal"),
    [("gift_card", "0.00", MoreThanReserved), ("discount", "4.00", CapturedWhole)],
)
def test_what_is_refused_after_it_was_held_is_let_go_at_once(joost, gives, amount, refusal):
    mine = voucher(make.member(), gives=gives)

    with pytest.raises(refusal):
        use(mine, joost, amount=amount)

    mine.refresh_from_db()
    assert (mine.used, mine.reserved) == (0, 0)
    assert not Reservation.objects.live().exists()
    assert not StaffAct.objects.exists()
    assert use(mine, joost, key="k2").amount == 8


def test_a_key_that_was_used_for_another_amount_is_refused_and_the_use_stands(joost):
    card = gift_card(make.member(), "25.00")
    use(card, joost, amount="10.00")

    with pytest.raises(OtherCapture):
        use(card, joost, amount="5.00")

    card.refresh_from_db()
    assert (card.left, card.reserved) == (15, 0)
    assert StaffAct.objects.count() == 1


def test_a_use_is_undone_within_the_hour_once(joost, now):
    card = gift_card(make.member(), "25.00")
    capture = use(card, joost, total="10.00")

    for _ in range(2):
        undo_at_counter(capture_id=capture.pk, staff_id=joost.pk, now=now + timedelta(minutes=59))

    card.refresh_from_db()
    assert card.left == Decimal("25.00")
    assert StaffAct.objects.count() == 2


def test_after_an_hour_or_of_a_till_nothing_is_undone_here(joost, now):
    late = use(voucher(make.member()), joost)
    held = tills.reserved(voucher(make.member()), client_id=tills.till())
    by_till = Capture.objects.create(
        reservation=held, voucher=held.voucher, amount=5, captured_at=now, actor="client:1"
    )

    for capture, at in ((late, now + timedelta(minutes=61)), (by_till, now)):
        with pytest.raises(TooLateToUndo):
            undo_at_counter(capture_id=capture.pk, staff_id=joost.pk, now=at)


def test_codes_that_are_not_known_count_and_close_the_counter_for_a_minute(joost, now):
    mine = voucher(make.member())
    for _ in range(MOST_A_MINUTE):
        assert look_up_code(code=new_code(), staff_id=joost.pk, now=now) is None

    with pytest.raises(TooManyWrongCodes):
        look_up_code(code=tills.code(mine), staff_id=joost.pk, now=now)
    assert WrongTry.objects.get().staff == joost
    later = now + timedelta(minutes=1)
    assert look_up_code(code=tills.code(mine), staff_id=joost.pk, now=later) == mine


# Points


def shown_by(member, now) -> str:
    number = Card.objects.get(member=member).number
    return number + code(proof_key(number=number), step_at(now))


def redeem(member, what, by, *, shown, now=make.NOW, key=None) -> Redemption:
    return redeem_at_counter(
        member_id=member.pk,
        choice=Choice(reward_id=what.pk, points=what.points, revision=what.revision),
        shown=shown,
        request_key=key or uuid4(),
        staff_id=by.pk,
        now=now,
    )


def test_the_code_of_the_card_lets_points_become_a_voucher_once(joost, now):
    anna, key = make.member(points=2000), uuid4()
    shown = shown_by(anna, now)

    first = redeem(anna, reward(), joost, shown=shown, key=key)
    again = redeem(anna, first.reward, joost, shown=shown, key=key)

    assert first == again
    assert first.voucher.member == anna
    assert first.actor == f"user:{joost.pk}"
    assert make.balance(anna) == 1200
    assert StaffAct.objects.filter(member=anna).count() == 1


def test_a_card_number_alone_spends_nothing(joost, now):
    anna = make.member(points=2000)
    number = Card.objects.get(member=anna).number

    for shown in (number, number + "00000000", ""):
        with pytest.raises(ProofWrong):
            redeem(anna, reward(), joost, shown=shown)

    assert make.balance(anna) == 2000


def test_a_code_spends_once_and_for_its_own_member(joost, now):
    anna, bram = make.member(points=2000), make.member(points=2000)
    what = reward()
    redeem(anna, what, joost, shown=shown_by(anna, now))

    with pytest.raises(ProofUsed):
        redeem(anna, what, joost, shown=shown_by(anna, now))
    with pytest.raises(ProofOfAnother):
        redeem(anna, what, joost, shown=shown_by(bram, now))

    assert Redemption.objects.count() == 1
    assert make.balance(bram) == 2000


def test_wrong_codes_of_a_card_count_at_the_counter_as_well(joost, now):
    anna = make.member(points=2000)

    for _try in range(MOST_A_MINUTE):
        with pytest.raises(ProofWrong):
            redeem(anna, reward(), joost, shown="2062537302048000000", now=now)

    with pytest.raises(TooManyWrongCodes):
        redeem(anna, reward(), joost, shown=shown_by(anna, now), now=now)
