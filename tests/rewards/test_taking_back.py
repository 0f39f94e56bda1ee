"""A member thinks again for a quarter of an hour, as long as nothing came of it yet."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction

from members.refusals import Refusal
from rewards.actions.captures import capture_reservation
from rewards.actions.handing import hand_over
from rewards.actions.reservations import release_reservation
from rewards.actions.sharing import end_sharing, share_gift_card
from rewards.actions.taking_back import latest_to_take_back, take_back_redemption
from rewards.actions.voiding import void_voucher
from rewards.models import Capture, Redemption
from tests import make
from tests.members.at_once import at_once, wait_for_waiting
from tests.rewards import tills
from tests.rewards.undoing import undo

pytestmark = pytest.mark.django_db
NOW = make.NOW
QUARTER = timedelta(minutes=15)


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(points=800)


def redeemed(by, **fields) -> Redemption:
    return make.redeem(by, make.reward(points=500, **fields), now=NOW)


def take_back(made, *, now=NOW) -> Redemption:
    return take_back_redemption(redemption_id=made.pk, actor="user:1", now=now)


def refused(made, *, now=NOW) -> str:
    with pytest.raises(Refusal) as refusal:
        take_back(made, now=now)
    return refusal.value.code


def offered(made, *, now=NOW) -> bool:
    latest = latest_to_take_back(member_id=made.member_id, reward_id=made.reward_id, now=now)
    return latest == made


def step(made, to):
    return hand_over(redemption_id=made.pk, step=to, now=NOW)


def test_all_points_come_back_once_and_the_voucher_ends(sanne):
    made = redeemed(sanne)
    assert offered(made)

    for _ in range(2):
        take_back(made, now=NOW + QUARTER)

    assert make.balance(sanne) == 800
    made.voucher.refresh_from_db()
    assert made.voucher.state(NOW) == "void"
    assert not offered(made)


def test_once_the_last_is_taken_back_the_one_before_it_is_offered(sanne):
    what = make.reward(points=400)
    first, last = (make.redeem(sanne, what, now=NOW) for _ in range(2))
    assert offered(last)

    take_back(last)

    assert offered(first)


def test_after_a_quarter_of_an_hour_it_is_too_late(sanne):
    made = redeemed(sanne)

    assert refused(made, now=NOW + QUARTER + make.A_MOMENT) == "too_late_to_take_back"
    assert not offered(made, now=NOW + QUARTER)
    assert make.balance(sanne) == 300


def test_what_was_given_away_stays_given(sanne):
    made = redeemed(sanne, gives="donation", value=None)

    assert refused(made) == "too_late_to_take_back"
    assert not offered(made)


def hold(made):
    tills.reserved(made.voucher)


def use(made):
    held = tills.reserved(made.voucher)
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=NOW)


def spend_a_part(made):
    held = tills.reserved(made.voucher, "2.00")
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=NOW)


def share(made):
    share_gift_card(voucher_id=made.voucher.pk, member_id=made.member_id, shows_name=False, now=NOW)


@pytest.mark.parametrize("touch", [hold, use, spend_a_part, share])
def test_what_is_in_use_is_not_taken_back(sanne, touch):
    made = redeemed(sanne, gives="gift_card", value=5)
    touch(made)
    made = Redemption.objects.get()

    assert refused(made) == "used_already"

    assert not offered(made)
    assert make.balance(sanne) == 300
    assert made.voucher.voided_at is None


def test_what_was_let_go_or_is_shared_no_more_is_taken_back(sanne):
    made = redeemed(sanne, gives="gift_card", value=5)
    release_reservation(reservation_id=tills.reserved(made.voucher).pk, now=NOW)
    share(made)
    end_sharing(voucher_id=made.voucher.pk, member_id=sanne.pk)

    take_back(made)

    assert make.balance(sanne) == 800


def test_what_came_back_in_part_already_is_not_taken_back(sanne):
    made = redeemed(sanne)
    undo(made, 100, now=NOW)

    assert refused(made) == "used_already"
    assert make.balance(sanne) == 400


def test_what_staff_withdrew_changes_nothing(sanne):
    made = redeemed(sanne)
    staff = make.staff()
    void_voucher(voucher_id=made.voucher.pk, staff_id=staff.pk, reason="Lost", now=NOW)

    take_back(made)

    assert make.balance(sanne) == 800
    assert Redemption.objects.get().voucher.void_reason == "Lost"


# Handed over


@pytest.mark.parametrize(
    ("handing", "steps"),
    [("ship", ["sent"]), ("pick_up", ["set_out"]), ("pick_up", ["set_out", "picked_up"])],
)
def test_what_was_handed_over_is_not_taken_back(sanne, handing, steps):
    made = redeemed(sanne, gives="perk", value=None, handing=handing)
    for each in steps:
        step(made, each)

    assert refused(made) == "used_already"

    assert not offered(made)
    assert make.balance(sanne) == 300


@pytest.mark.parametrize("to", ["picked_up", "to_set_out", "sent", "none"])
def test_handing_over_goes_step_by_step(sanne, to):
    made = redeemed(sanne, gives="perk", value=None, handing="pick_up")

    with pytest.raises(Refusal) as refusal:
        step(made, to)

    assert refusal.value.code == "not_the_next_step"
    assert step(made, "set_out").handed_at == NOW
    assert step(made, "picked_up").handing == "picked_up"


def test_what_was_taken_back_is_not_handed_over(sanne):
    made = redeemed(sanne, gives="perk", value=None, handing="ship")
    take_back(made)

    with pytest.raises(Refusal) as refusal:
        step(made, "sent")

    assert refusal.value.code == "not_the_next_step"


# At once


@pytest.mark.django_db(transaction=True)
def test_taken_back_by_many_clicks_it_comes_back_once(sanne):
    made = redeemed(sanne)

    assert set(at_once(lambda _: take_back(made).pk, 8)) == {made.pk}

    assert make.balance(sanne) == 800


@pytest.mark.django_db(transaction=True)
def test_what_is_being_used_is_not_taken_back(sanne):
    made, used = redeemed(sanne), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                use(made)
                used.set()
                wait_for_waiting(1)
            return "used"
        used.wait(10)
        return take_back(made).pk

    assert at_once(work) == ["used", "used_already"]
    assert make.balance(sanne) == 300
    assert Capture.objects.get().voucher.voided_at is None


@pytest.mark.django_db(transaction=True)
def test_what_is_being_handed_over_is_not_taken_back(sanne):
    made, held = redeemed(sanne, gives="perk", value=None, handing="ship"), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                step(made, "sent")
                held.set()
                wait_for_waiting(1)
            return "sent"
        held.wait(10)
        return take_back(made).pk

    assert at_once(work) == ["sent", "used_already"]
    assert make.balance(sanne) == 300


@pytest.mark.django_db(transaction=True)
def test_a_step_that_many_take_at_once_is_taken_once(sanne):
    made = redeemed(sanne, gives="perk", value=None, handing="ship")

    answers = at_once(lambda _: step(made, "sent").handing, 6)

    assert sorted(answers) == sorted(["sent", *["not_the_next_step"] * 5])
