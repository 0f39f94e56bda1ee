"""Changing the catalog: what counts as another offer, how many pieces there are, who is on a list."""

from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest
from django.db import transaction

from members.refusals import Refusal
from rewards.actions.catalog import (
    MOST_PIECES,
    add_stock,
    count_stock,
    end_early_access,
    give_early_access,
    invite_to_reward,
    put_in_catalog,
    save_reward,
    set_picture,
    take_off_list,
    withdraw_reward,
)
from rewards.actions.waiting_list import join_line
from rewards.models import EarlyAccess, Invited, Place, Reward, RewardPicture, Stock
from tests import make
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db
NOW = make.NOW


def refused(call, **fields) -> str:
    with pytest.raises(Refusal) as refusal:
        call(**fields, now=NOW)
    return refusal.value.code


def save(what, **wanted) -> Reward:
    return save_reward(reward_id=what and what.pk, wanted=wanted, now=NOW)


def test_a_new_reward_is_a_draft():
    made = save(None, gives="discount", name_nl="A", name_en="B", points=5, value=Decimal(1))

    assert (made.state, made.revision, made.changed_at) == (Reward.State.DRAFT, 1, NOW)


@pytest.mark.parametrize(
    ("wanted", "revision"),
    [
        ({"points": 600}, 2),
        ({"points": 600, "value": Decimal(6)}, 2),
        ({"least_order": Decimal(20)}, 2),
        ({"valid_months": 1}, 2),
        ({"name_nl": "Iets anders"}, 1),
        ({"points": 500, "value": Decimal(5)}, 1),
        ({"per_member": 2}, 1),
    ],
)
def test_another_price_or_worth_is_another_offer_and_another_name_is_not(wanted, revision):
    what = make.reward()

    save(what, **wanted)

    what.refresh_from_db()
    assert what.revision == revision
    assert {name: getattr(what, name) for name in wanted} == wanted


def test_a_reward_is_put_in_and_withdrawn_once():
    what = make.reward(state=Reward.State.DRAFT)

    assert put_in_catalog(reward_id=what.pk, now=NOW).state == Reward.State.LIVE
    assert refused(put_in_catalog, reward_id=what.pk) == "in_the_catalog"
    assert withdraw_reward(reward_id=what.pk, now=NOW).state == Reward.State.WITHDRAWN
    assert refused(withdraw_reward, reward_id=what.pk) == "in_the_catalog"


@pytest.mark.parametrize("pieces", [-1, MOST_PIECES + 1])
@pytest.mark.parametrize("change", [count_stock, add_stock])
def test_nobody_counts_less_than_nothing_or_more_than_a_million(change, pieces):
    what = make.reward()

    assert refused(change, reward_id=what.pk, pieces=pieces) == "not_that_many"

    assert not Stock.objects.exists()


def test_what_comes_in_makes_no_more_than_a_million():
    what = make.reward(stock=MOST_PIECES)

    assert refused(add_stock, reward_id=what.pk, pieces=1) == "not_that_many"

    assert Stock.objects.get().left == MOST_PIECES


@pytest.mark.parametrize("change", [count_stock, add_stock])
def test_what_never_ran_out_has_as_many_as_are_first_counted(change):
    assert change(reward_id=make.reward().pk, pieces=3, now=NOW).left == 3


def test_a_count_replaces_and_what_comes_in_is_added():
    what = make.reward(stock=5)

    assert add_stock(reward_id=what.pk, pieces=2, now=NOW).left == 7
    assert count_stock(reward_id=what.pk, pieces=4, now=NOW).left == 4


def test_another_text_keeps_the_picture_and_another_picture_has_another_address():
    what = make.reward()
    first = set_picture(reward_id=what.pk, language="nl", content=b"RIFF", alt="Brood")

    again = set_picture(reward_id=what.pk, language="nl", content=b"", alt="Een brood")

    assert (bytes(again.content), again.digest, again.alt) == (b"RIFF", first.digest, "Een brood")
    other = set_picture(reward_id=what.pk, language="nl", content=b"RIFX", alt="Een brood")
    assert other.digest != first.digest
    assert RewardPicture.objects.count() == 1


def test_early_access_of_a_tier_is_one_moment_and_ends():
    what = make.reward()
    for days in (1, 2):
        give_early_access(reward_id=what.pk, tier=1, from_at=NOW + timedelta(days=days))

    assert EarlyAccess.objects.get().from_at == NOW + timedelta(days=2)
    end_early_access(reward_id=what.pk, tier=1)
    assert not EarlyAccess.objects.exists()


def test_who_is_on_the_list_stays_on_it_until_taken_off():
    what, sanne = make.reward(), make.member()
    for day in range(2):
        now = NOW + timedelta(days=day)
        invite_to_reward(reward_id=what.pk, member_id=sanne.pk, now=now)

    assert Invited.objects.get().since == NOW
    take_off_list(reward_id=what.pk, member_id=sanne.pk)
    assert not Invited.objects.exists()


# At once


@pytest.mark.django_db(transaction=True)
def test_two_who_change_a_price_at_once_make_two_offers():
    what = make.reward()

    at_once(lambda number: save(what, points=600 + number).pk, 6)

    what.refresh_from_db()
    assert what.revision == 7


@pytest.mark.django_db(transaction=True)
def test_a_reward_that_two_withdraw_at_once_is_withdrawn_once():
    what = make.reward()

    answers = at_once(lambda _: withdraw_reward(reward_id=what.pk, now=NOW).pk, 4)

    assert sorted(map(str, answers)) == sorted([str(what.pk), *["in_the_catalog"] * 3])


@pytest.mark.django_db(transaction=True)
def test_a_first_count_that_is_sent_twice_at_once_meets_no_error():
    counted, added = make.reward(), make.reward()

    at_once(lambda _: count_stock(reward_id=counted.pk, pieces=3, now=NOW).left, 6)
    at_once(lambda _: add_stock(reward_id=added.pk, pieces=3, now=NOW).left, 6)

    assert Stock.objects.get(pk=counted.pk).left == 3
    assert Stock.objects.get(pk=added.pk).left == 18


@pytest.mark.django_db(transaction=True)
def test_pieces_come_in_while_the_last_free_one_is_taken():
    make.published_program()
    what, waiting = make.reward(stock=0), [make.member() for _ in range(2)]
    for member in waiting:
        join_line(member_id=member.pk, reward_id=what.pk, now=NOW)
    # A piece that came back as they were joining; the sweep has not offered it yet.
    Stock.objects.update(left=1)
    other, taken = make.member(points=500), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                make.redeem(other, what)
                taken.set()
                wait_for_waiting(1)
            return "taken"
        taken.wait(10)
        return add_stock(reward_id=what.pk, pieces=1, now=NOW).left

    assert at_once(work) == ["taken", 1]

    stock = Stock.objects.get()
    assert (stock.left, stock.held) == (1, 1)
    assert Place.objects.filter(state="held").count() == 1
