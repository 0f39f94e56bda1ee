"""The line for what is gone: in order, held for two days, and told."""

from datetime import timedelta
from uuid import uuid4

import pytest

from mailroom.models import Letter
from members.actions.membership import freeze_membership
from members.models import Member
from members.refusals import Refusal
from rewards.actions.catalog import add_stock, count_stock, withdraw_reward
from rewards.actions.turn_letters import post_missing_turns, post_turn
from rewards.actions.waiting_list import (
    NoLine,
    join_line,
    leave_line,
    let_places_lapse,
    offer_what_is_free,
)
from rewards.models import Place, Stock
from rewards.receivers import tell_whose_turn_it_is
from tests import make
from tests.rewards.undoing import undo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def program(now):
    make.published_program(now=now)


@pytest.fixture
def gone(now):
    return make.reward(stock=0)


def wait(member, reward, *, at):
    return join_line(member_id=member.pk, reward_id=reward.pk, now=at)


def line(reward, now, many=3):
    members = [make.member(points=500) for _ in range(many)]
    for place, member in enumerate(members):
        wait(member, reward, at=now - timedelta(hours=9 - place))
    return members


def states(members):
    places = {place.member_id: place.state for place in Place.objects.all()}
    return [places[member.pk] for member in members]


def stock():
    return tuple(Stock.objects.values_list("left", "held").get())


def test_pieces_that_come_in_are_held_for_the_first_in_line(now, gone):
    members = line(gone, now)

    add_stock(reward_id=gone.pk, pieces=2, now=now)

    assert states(members) == ["held", "held", "waiting"]
    assert stock() == (2, 2)


def test_a_held_piece_is_taken_by_its_member_and_nobody_else(now, gone):
    first, *_rest = line(gone, now)
    other = make.member(points=500)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    with pytest.raises(Refusal) as no:
        make.redeem(other, gone)
    make.redeem(first, gone)

    assert no.value.code == "reward_sold_out"
    assert stock() == (0, 0)
    assert states([first]) == ["taken"]


def test_what_is_left_after_the_line_is_for_everybody(now, gone):
    line(gone, now, many=1)
    add_stock(reward_id=gone.pk, pieces=2, now=now)

    make.redeem(make.member(points=500), gone)

    assert stock() == (1, 1)


def test_who_does_not_come_in_time_makes_way_for_the_next(now, gone):
    members = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)
    later = now + timedelta(hours=48)

    assert let_places_lapse(now=later - timedelta(seconds=1)) == 0
    assert let_places_lapse(now=later) == 1

    assert states(members) == ["lapsed", "held", "waiting"]
    assert stock() == (1, 1)


def test_a_lapsed_place_holds_nothing_even_before_the_sweep(now, gone):
    first, *_rest = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    with pytest.raises(Refusal) as no:
        make.redeem(first, gone, now=now + timedelta(hours=48))

    assert no.value.code == "reward_sold_out"


def test_the_last_in_line_to_lapse_sets_the_piece_free(now, gone):
    line(gone, now, many=1)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    let_places_lapse(now=now + timedelta(hours=48))

    assert stock() == (1, 0)


def test_who_leaves_hands_the_piece_on(now, gone):
    first, second, third = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    leave_line(member_id=first.pk, reward_id=gone.pk, now=now)
    leave_line(member_id=third.pk, reward_id=gone.pk, now=now)
    leave_line(member_id=third.pk, reward_id=gone.pk, now=now)

    assert states([first, second, third]) == ["left", "held", "left"]


def test_who_is_frozen_is_passed_by(now, gone):
    first, second, _third = line(gone, now)
    freeze_membership(member_id=first.pk)

    add_stock(reward_id=gone.pk, pieces=1, now=now)

    assert states([first, second]) == ["waiting", "held"]


def test_an_undone_redemption_gives_its_piece_to_the_line(now):
    what, by = make.reward(stock=1), make.member(points=500)
    made = make.redeem(by, what)
    (waiting,) = line(what, now, many=1)

    undo(made, 500, now=now)

    assert states([waiting]) == ["held"]
    assert stock() == (1, 1)


def test_a_count_below_what_is_held_is_refused(now, gone):
    line(gone, now)
    add_stock(reward_id=gone.pk, pieces=2, now=now)

    with pytest.raises(Refusal) as no:
        count_stock(reward_id=gone.pk, pieces=1, now=now)

    assert no.value.code == "pieces_are_held"
    assert stock() == (2, 2)


def test_a_count_offers_what_comes_free(now, gone):
    members = line(gone, now)

    count_stock(reward_id=gone.pk, pieces=5, now=now)

    assert states(members) == ["held"] * 3
    assert stock() == (5, 3)


def test_a_count_offers_no_more_than_is_not_held_yet(now, gone):
    members = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    count_stock(reward_id=gone.pk, pieces=2, now=now)

    assert states(members) == ["held", "held", "waiting"]
    assert stock() == (2, 2)


def test_nobody_waits_for_what_is_there_or_never_runs_out(now):
    by = make.member()

    with pytest.raises(Refusal) as there:
        wait(by, make.reward(stock=1), at=now)
    with pytest.raises(Refusal) as endless:
        wait(by, make.reward(), at=now)

    assert (there.value.code, endless.value.code) == ("pieces_left", "no_line")


def test_who_asks_twice_keeps_one_place(now, gone):
    by = make.member()

    first = wait(by, gone, at=now)

    assert wait(by, gone, at=now + timedelta(hours=1)) == first


def test_whose_turn_it_is_keeps_their_place_when_they_ask_again(now, gone):
    first, *_rest = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    again = wait(first, gone, at=now)

    assert again.state == "held"
    assert Place.objects.filter(member=first).count() == 1


def test_who_is_frozen_gets_no_place_in_line(now, gone):
    by = make.member()
    freeze_membership(member_id=by.pk)

    with pytest.raises(Refusal) as no:
        wait(by, gone, at=now)

    assert no.value.code == "no_line"
    assert not Place.objects.exists()


def test_a_piece_that_came_free_unseen_is_offered_by_the_sweep(now, gone):
    members = line(gone, now)
    Stock.objects.update(left=1)

    assert offer_what_is_free(now=now) == 1

    assert states(members) == ["held", "waiting", "waiting"]
    assert stock() == (1, 1)


def test_whose_turn_it_is_gets_one_letter(now, gone, time_machine):
    first, *_rest = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)
    time_machine.move_to(now)

    tell_whose_turn_it_is(place_id=Place.objects.get(member=first).pk)
    tell_whose_turn_it_is(place_id=Place.objects.get(member=first).pk)

    letter = Letter.objects.get(key__startswith="turn:")
    assert letter.to == first.email
    assert gone.name_nl in letter.subject


def test_a_letter_that_was_missed_is_written_by_the_sweep(now, gone):
    line(gone, now)
    add_stock(reward_id=gone.pk, pieces=2, now=now)

    assert post_missing_turns(now=now) == 2
    assert post_missing_turns(now=now) == 0


def test_who_left_or_cannot_come_any_more_gets_no_letter(now, gone):
    left, frozen, unreachable = members = line(gone, now)
    add_stock(reward_id=gone.pk, pieces=3, now=now)
    leave_line(member_id=left.pk, reward_id=gone.pk, now=now)
    freeze_membership(member_id=frozen.pk)
    Member.objects.filter(pk=unreachable.pk).update(email=None)

    told = [post_turn(place_id=Place.objects.get(member=member).pk, now=now) for member in members]

    assert told == [None] * 3
    assert not Letter.objects.filter(key__startswith="turn:").exists()


def test_nobody_is_told_of_a_turn_that_has_passed(now, gone):
    line(gone, now)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    assert post_missing_turns(now=now + timedelta(hours=48)) == 0


def test_who_comes_after_their_turn_takes_a_free_piece_and_lets_the_held_one_go(now, gone):
    (first,) = line(gone, now, many=1)
    add_stock(reward_id=gone.pk, pieces=2, now=now)

    make.redeem(first, gone, now=now + timedelta(hours=49))

    assert stock() == (1, 0)
    assert Place.objects.get().state == "lapsed"


def test_who_comes_after_their_turn_finds_the_piece_with_the_next(now, gone):
    first, second = line(gone, now, many=2)
    add_stock(reward_id=gone.pk, pieces=1, now=now)

    late = now + timedelta(hours=49)
    with pytest.raises(Refusal) as refused:
        make.redeem(first, gone, now=late)
    let_places_lapse(now=late)
    make.redeem(second, gone, now=late)

    assert refused.value.code == "reward_sold_out"
    assert stock() == (0, 0)


def test_nobody_is_offered_what_was_withdrawn(now, gone):
    line(gone, now, many=1)
    withdraw_reward(reward_id=gone.pk, now=now)

    add_stock(reward_id=gone.pk, pieces=1, now=now)
    offer_what_is_free(now=now)

    assert Place.objects.get().state == "waiting"
    assert stock() == (1, 0)


@pytest.mark.parametrize("fields", [{"audience": "invited"}, {"tier_id": 1}, {"per_member": 1}])
def test_nobody_waits_for_what_is_not_for_them(now, fields):
    what, member = make.reward(stock=1, **fields), make.member(points=500)
    if "per_member" in fields:
        make.redeem(member, what)
    Stock.objects.update(left=0)

    with pytest.raises(NoLine):
        wait(member, what, at=now)


def test_pieces_that_are_entered_twice_come_in_once(now, gone):
    key = uuid4()

    for _click in range(2):
        add_stock(reward_id=gone.pk, pieces=5, now=now, request_key=key)

    assert stock() == (5, 0)
