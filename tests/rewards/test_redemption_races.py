"""Many at once: the last pieces, the last points, the last time one may, one click twice."""

from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from django.db import transaction

from points.models import Entry
from points.reports.verification import verify_ledger
from rewards.actions.catalog import add_stock
from rewards.actions.waiting_list import join_line, leave_line, let_lapse, offer_what_is_free
from rewards.models import Place, Redemption, Stock, Voucher
from tests import make
from tests.members.at_once import at_once, wait_for_waiting
from tests.rewards.undoing import undo

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32


@pytest.fixture(autouse=True)
def program(now):
    make.published_program(now=now)


def refusals(answers):
    return {answer for answer in answers if isinstance(answer, str)}


def got(answers):
    return [answer for answer in answers if not isinstance(answer, str)]


ROUNDS = pytest.mark.parametrize(
    "attempt",
    [0, *(pytest.param(number, marks=pytest.mark.drill) for number in range(1, 51))],
    ids=lambda number: f"round {number}",
)
"""Once in the suite, fifty times more in the drill."""


@ROUNDS
def test_the_last_ten_pieces_go_to_ten_of_thirty_two(now, attempt):
    what, members = make.reward(stock=10), [make.member(points=500) for _ in range(THREADS)]

    answers = at_once(lambda number: make.redeem(members[number], what).pk, THREADS)

    assert len(got(answers)) == 10
    assert refusals(answers) == {"reward_sold_out"}
    assert Stock.objects.get().left == 0
    assert Voucher.objects.count() == Redemption.objects.count() == 10
    assert Entry.objects.filter(points__lt=0).count() == 10
    assert not verify_ledger().violations


@ROUNDS
def test_the_last_points_are_spent_once(now, attempt):
    what, by = make.reward(), make.member(points=1_499)

    answers = at_once(lambda _number: make.redeem(by, what).pk, THREADS)

    assert len(got(answers)) == 2
    assert refusals(answers) == {"not_enough_points"}
    assert make.balance(by) == 499


@ROUNDS
def test_the_limit_holds_for_many_clicks(now, attempt):
    what, by = make.reward(per_member=2, period="month"), make.member(points=25_000)

    answers = at_once(lambda _number: make.redeem(by, what).pk, THREADS)

    assert len(got(answers)) == 2
    assert refusals(answers) == {"reward_limit_reached"}


def test_one_click_that_arrives_often_redeems_once(now):
    what, by, key = make.reward(stock=9), make.member(points=5_000), uuid4()

    answers = at_once(lambda _number: make.redeem(by, what, key=key).pk, 8)

    assert len(set(answers)) == 1
    assert make.balance(by) == 4_500
    assert Stock.objects.get().left == 8


def test_two_members_with_one_key_get_one_redemption(now):
    what, key = make.reward(), uuid4()
    members = [make.member(points=500) for _ in range(2)]

    answers = at_once(lambda number: make.redeem(members[number], what, key=key).pk)

    assert refusals(answers) == {"other_content"}
    assert Redemption.objects.count() == 1


def test_points_come_back_once_however_often_it_is_undone(now):
    by, key = make.member(points=500), uuid4()
    made = make.redeem(by, make.reward(stock=1))

    answers = at_once(lambda _number: undo(made, 500, key=key, now=now).restored, 8)

    assert set(answers) == {500}
    assert make.balance(by) == 500
    assert Stock.objects.get().left == 1


def test_a_held_piece_is_taken_or_lapses_and_never_both(now):
    what, by, following = make.reward(stock=0), *(make.member(points=500) for _ in range(2))
    for each in (by, following):
        join_line(member_id=each.pk, reward_id=what.pk, now=now)
    add_stock(reward_id=what.pk, pieces=1, now=now)
    place = Place.objects.get(member=by)
    just_before, after = place.held_until - make.A_MOMENT, place.held_until

    def work(number):
        if number:
            return let_lapse(place_id=place.pk, now=after)
        return make.redeem(by, what, now=just_before).pk

    at_once(work)

    stock = Stock.objects.get()
    taken = Redemption.objects.count()
    assert (stock.left, stock.held) == (1 - taken, 1 - taken)
    assert Place.objects.get(member=following).state == ("waiting" if taken else "held")


def test_who_redeems_as_their_turn_is_lapsing_comes_too_late(now):
    what, by, following = make.reward(stock=0), *(make.member(points=500) for _ in range(2))
    for each in (by, following):
        join_line(member_id=each.pk, reward_id=what.pk, now=now)
    add_stock(reward_id=what.pk, pieces=1, now=now)
    place, lapsed = Place.objects.get(member=by), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                let_lapse(place_id=place.pk, now=place.held_until)
                lapsed.set()
                wait_for_waiting(1)
            return "lapsed"
        lapsed.wait(10)
        return make.redeem(by, what, now=place.held_until - make.A_MOMENT).pk

    assert at_once(work) == ["lapsed", "reward_sold_out"]

    stock = Stock.objects.get()
    assert (stock.left, stock.held) == (1, 1)
    assert Place.objects.get(member=following).state == "held"
    assert make.balance(by) == 500


def test_a_turn_that_two_sweeps_let_lapse_at_once_goes_to_one(now):
    what, members = make.reward(stock=0), [make.member() for _ in range(3)]
    for number, member in enumerate(members):
        since = now + timedelta(minutes=number)
        join_line(member_id=member.pk, reward_id=what.pk, now=since)
    add_stock(reward_id=what.pk, pieces=1, now=now)
    place, lapsed = Place.objects.get(member=members[0]), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                done = let_lapse(place_id=place.pk, now=place.held_until)
                lapsed.set()
                wait_for_waiting(1)
            return done
        lapsed.wait(10)
        return let_lapse(place_id=place.pk, now=place.held_until)

    assert at_once(work) == [True, False]

    stock = Stock.objects.get()
    assert (stock.left, stock.held) == (1, 1)
    assert sorted(Place.objects.values_list("state", flat=True)) == ["held", "lapsed", "waiting"]


def test_a_free_piece_that_is_being_taken_is_offered_to_nobody(now):
    what, by, waiting = make.reward(stock=0), *(make.member(points=500) for _ in range(2))
    join_line(member_id=waiting.pk, reward_id=what.pk, now=now)
    Stock.objects.update(left=1)
    taken = Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                make.redeem(by, what)
                taken.set()
                wait_for_waiting(1)
            return "taken"
        taken.wait(10)
        return offer_what_is_free(now=now)

    assert at_once(work) == ["taken", 0]

    stock = Stock.objects.get()
    assert (stock.left, stock.held) == (0, 0)
    assert Place.objects.get().state == "waiting"


def test_pieces_that_come_in_at_once_are_held_for_as_many(now):
    what, members = make.reward(stock=0), [make.member(points=500) for _ in range(8)]
    for member in members:
        join_line(member_id=member.pk, reward_id=what.pk, now=now)

    def work(number):
        if number < 4:
            add_stock(reward_id=what.pk, pieces=1, now=now)
        else:
            leave_line(member_id=members[number].pk, reward_id=what.pk, now=now)

    at_once(work, 8)

    stock = Stock.objects.get()
    assert stock.left == 4
    assert stock.held == Place.objects.filter(state="held").count()


def test_pieces_that_are_entered_twice_at_once_come_in_once(now):
    what, key = make.reward(stock=0), uuid4()

    at_once(
        lambda _number: add_stock(reward_id=what.pk, pieces=5, now=now, request_key=key).left, 8
    )

    assert Stock.objects.get().left == 5
