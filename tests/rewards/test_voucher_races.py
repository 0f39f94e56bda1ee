"""Many tills at once: what the lock on the voucher is for."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from threading import Event
from uuid import uuid4

import pytest
from django.db import transaction

from members.actions.proof import proof_key
from members.card_proof import code, step_at
from members.models import Card
from points.reports.verification import verify_ledger
from rewards.actions.captures import capture_reservation
from rewards.actions.proven_redemption import Wish, redeem_with_card
from rewards.actions.reservations import lapse_reservations, reserve_vouchers
from rewards.actions.rollbacks import roll_back
from rewards.models import Capture, Reservation, Voucher, WrongTry
from rewards.order_rules import Order
from tests import make
from tests.members.at_once import at_once, wait_for_waiting
from tests.rewards import tills
from tests.rewards.codes_made import promotion

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32
HOUR = timedelta(hours=1)


def capture(held, amount=None, *, now=make.NOW):
    return capture_reservation(reservation_id=held.pk, amount=amount, actor="api:1", now=now)


def race(clients, *, now, threads=THREADS, **facts):
    """Let so many tills and the counter hold and use one voucher; return it and the answers."""
    voucher = tills.voucher(now=now, **facts)

    def work(number):
        held = tills.reserved(
            voucher,
            now=now,
            client_id=clients[number % 3],
            key=f"{voucher.pk}/{number}",
            order=f"O-{voucher.pk}-{number}",
        )
        capture(held, now=now)
        return "captured"

    answers = Counter(at_once(work, threads))
    voucher.refresh_from_db()
    return voucher, answers


def rounds(many, threads):
    """Race so many times; return how many captures that came to."""
    clients = [tills.till("Till 1"), tills.till("Till 2", source_id=make.source("web")), None]
    for number in range(many):
        voucher, answers = race(clients, now=make.NOW + number * HOUR, threads=threads)

        assert answers["captured"] == 1, answers
        refusals = {
            *("captured", "voucher_held", "voucher_used", "voucher_not_usable"),
            "too_many_wrong_codes",
        }
        assert set(answers) <= refusals
        assert (voucher.used, voucher.reserved) == (1, 0)
    return Capture.objects.count()


def test_tills_of_two_shops_and_the_counter_use_a_voucher_once():
    assert rounds(3, 12) == 3


@pytest.mark.drill
def test_thirty_two_at_once_use_a_voucher_once_fifty_times():
    assert rounds(50, THREADS) == 50


def test_a_code_for_ten_is_used_by_ten():
    clients = [tills.till("Till 1"), tills.till("Till 2"), None]

    voucher, answers = race(clients, now=make.NOW, threads=16, most_uses=10)

    assert answers["captured"] == 10
    assert (voucher.used, voucher.reserved) == (10, 0)


def last_use(number, answers_of):
    """Let a word of five be used four times, and 32 tills and the counter want the last one."""
    word = promotion(f"SUMMER{number}", most_uses=5).vouchers.get()
    for _ in range(4):
        capture(tills.reserved(word))
    answers = Counter(at_once(answers_of(word), THREADS))
    word.refresh_from_db()
    return word, answers


@pytest.mark.parametrize("number", range(3))
def test_the_last_use_of_a_word_is_one_tills_and_nobody_meets_an_error(number):
    clients = [tills.till(f"Till {one}") for one in range(THREADS - 1)] + [None]

    def answers_of(word):
        def work(one):
            capture(tills.reserved(word, client_id=clients[one], key=f"k-{one}"))
            return "captured"

        return work

    word, answers = last_use(number, answers_of)

    assert answers.pop("captured") == 1
    assert set(answers) <= {"voucher_held", "voucher_used", "voucher_not_usable"}
    assert (word.used, word.reserved, word.captures.count()) == (5, 0, 5)


def test_the_last_use_of_a_word_is_had_by_one_of_many_who_held_it_before():
    late = make.NOW + timedelta(minutes=16)
    word = promotion("SUMMER25", most_uses=THREADS).vouchers.get()
    old = [tills.reserved(word) for _ in range(THREADS)]
    lapse_reservations(now=late)
    for _ in range(THREADS - 1):
        capture(tills.reserved(word, now=late), now=late)

    answers = Counter(at_once(lambda number: str(capture(old[number], now=late).amount), THREADS))

    assert answers == {"5.00": 1, "taken_by_another": THREADS - 1}
    word.refresh_from_db()
    assert (word.used, word.reserved) == (THREADS, 0)


def test_one_reservation_that_is_captured_by_many_is_captured_once():
    held = tills.reserved(tills.voucher())

    captures = at_once(lambda _: capture(held).pk, 12)

    assert len(set(captures)) == 1
    assert Voucher.objects.get().used == 1


def test_one_key_from_many_threads_holds_once():
    voucher, till = tills.voucher(), tills.till()

    held = at_once(lambda _: tills.reserved(voucher, client_id=till, key="k-1").pk, 12)

    assert len(set(held)) == 1
    assert Reservation.objects.count() == 1


def test_a_gift_card_pays_no_more_than_it_holds():
    voucher = tills.voucher(gives="gift_card", value="10.00")

    def pay(number):
        held = tills.reserved(voucher, "3.00", key=f"k{number}")
        return str(capture(held).amount)

    answers = at_once(pay, 16)

    paid = sum(Decimal(answer) for answer in answers if answer[0].isdigit())
    voucher.refresh_from_db()
    assert voucher.captured == paid <= 10
    assert voucher.reserved == 0


def test_a_late_capture_and_who_takes_the_voucher_over_do_not_both_use_it():
    late = make.NOW + timedelta(minutes=16)
    for _ in range(5):
        voucher = tills.voucher()
        old = tills.reserved(voucher)

        def work(number, voucher=voucher, old=old):
            if number == 0:
                return capture(old, now=late).amount
            if number == 1:
                return lapse_reservations(now=late) and None
            return capture(tills.reserved(voucher, now=late), now=late).amount

        answers = at_once(work, 3)

        voucher.refresh_from_db()
        assert answers.count(Decimal("5.00")) == 1
        assert (voucher.used, voucher.reserved) == (1, 0)


def test_what_is_captured_late_is_not_let_go_by_the_sweep_as_well():
    late = make.NOW + timedelta(minutes=16)
    voucher, captured = tills.voucher(), Event()
    old = tills.reserved(voucher)

    def work(number):
        if number == 0:
            with transaction.atomic():
                capture(old, now=late)
                captured.set()
                wait_for_waiting(1)
            return "captured"
        captured.wait(10)
        return lapse_reservations(now=late)

    assert at_once(work) == ["captured", 0]

    voucher.refresh_from_db()
    old.refresh_from_db()
    assert (voucher.used, voucher.reserved, old.state) == (1, 0, "captured")


def test_of_two_that_go_alone_an_order_gets_one_though_two_tills_send_them():
    first, second = (tills.voucher(is_alone=True) for _ in range(2))
    clients, held = [tills.till("Till 1"), tills.till("Till 2")], Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                tills.reserved(first, client_id=clients[0], order="O-1")
                held.set()
                wait_for_waiting(1)
            return "held"
        held.wait(10)
        return tills.reserved(second, client_id=clients[1], order="O-1").pk

    assert at_once(work) == ["held", "beside_voucher_that_is_alone"]

    assert Reservation.objects.count() == 1


def test_vouchers_that_are_scanned_in_another_order_wait_for_each_other_and_meet_no_error():
    codes = [tills.code(tills.voucher(most_uses=THREADS)) for _ in range(4)]

    def work(number):
        held = reserve_vouchers(
            codes=codes if number % 2 else codes[::-1],
            order=Order(total=Decimal(100)),
            key=f"k-{number}",
            client_id=None,
            actor="user:0",
            member_id=None,
            now=make.NOW,
        )
        return len(held)

    assert at_once(work, 16) == [4] * 16


def test_rollbacks_at_once_give_back_what_was_captured_and_no_more():
    make.published_program()
    sanne = make.member(points=800)
    used = capture(tills.reserved(tills.bought(sanne, points=499)))

    def give_back(number):
        return roll_back(
            capture_id=used.pk,
            amount=Decimal(1),
            key=f"k{number}",
            client_id=None,
            actor="api:1",
            now=make.NOW,
        ).points

    answers = at_once(give_back, 12)

    assert answers.count("more_than_captured") == 7
    assert sum(answer for answer in answers if isinstance(answer, int)) == 499
    assert make.balance(sanne) == 800
    assert verify_ledger().violations == []


def test_a_code_of_a_card_spends_once_however_many_send_it():
    make.published_program()
    sanne, reward, till = make.member(points=800), make.reward(points=100), tills.till()
    card = Card.objects.get(member=sanne)
    shown = f"{card.number}{code(proof_key(number=card.number), step_at(make.NOW))}"

    def redeem(_):
        return redeem_with_card(
            member_id=sanne.pk,
            shown=shown,
            wish=Wish(reward_id=reward.pk),
            request_key=uuid4(),
            client_id=till,
            actor="api:1",
            now=make.NOW,
        ).points

    answers = Counter(at_once(redeem, 8))

    assert answers == {100: 1, "proof_used": 7}
    assert make.balance(sanne) == 700


def test_wrong_codes_at_once_are_all_counted():
    till = tills.till()
    used = tills.voucher()
    capture(tills.reserved(used))

    answers = Counter(
        at_once(lambda number: tills.reserved(used, client_id=till, key=f"k{number}").pk, 16)
    )

    assert answers["voucher_not_usable"] <= 10
    assert set(answers) <= {"voucher_not_usable", "too_many_wrong_codes"}
    assert WrongTry.objects.get().tries >= 10
