"""A button pressed twice at the counter, and a code that is shown in two places at once."""

from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest

from members.actions.proof import proof_key
from members.card_proof import code, step_at
from members.models import Card, StaffAct
from rewards.actions.counter import Choice, redeem_at_counter, undo_at_counter, use_at_counter
from rewards.actions.proven_redemption import Wish, redeem_with_card
from rewards.models import Redemption
from rewards.order_rules import Order
from tests import make
from tests.members.at_once import at_once
from tests.rewards import tills
from tests.rewards.issued import gift_card

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def joost():
    make.published_program()
    return make.staff()


@pytest.fixture
def sanne(joost):
    return make.member(points=800)


def use(one, by, *, key="k-1"):
    return use_at_counter(
        code=tills.code(one),
        order=Order(total=Decimal(10)),
        amount=None,
        member_id=None,
        key=key,
        staff_id=by.pk,
        now=make.NOW,
    )


def shown_by(member) -> str:
    number = Card.objects.get(member=member).number
    return number + code(proof_key(number=number), step_at(make.NOW))


def redeem(member, what, by, *, key):
    return redeem_at_counter(
        member_id=member.pk,
        choice=Choice(reward_id=what.pk, points=what.points, revision=what.revision),
        shown=shown_by(member),
        request_key=key,
        staff_id=by.pk,
        now=make.NOW,
    )


def test_a_voucher_that_is_agreed_to_twice_is_used_once_with_one_trace(joost, sanne):
    card = gift_card(sanne, "25.00")

    captures = at_once(lambda _: use(card, joost).pk, THREADS)

    card.refresh_from_db()
    assert len(set(captures)) == 1
    assert (card.left, card.reserved) == (15, 0)
    assert StaffAct.objects.count() == 1


def test_a_use_that_is_undone_twice_at_once_leaves_one_trace(joost, sanne):
    card = gift_card(sanne, "25.00")
    used = use(card, joost)
    before = StaffAct.objects.count()

    undone = at_once(
        lambda _: undo_at_counter(capture_id=used.pk, staff_id=joost.pk, now=make.NOW).pk, THREADS
    )

    card.refresh_from_db()
    assert len(set(undone)) == 1
    assert card.left == 25
    assert StaffAct.objects.count() == before + 1


def test_one_click_that_arrives_often_redeems_once_and_is_answered_the_same(joost, sanne):
    what, key = make.reward(points=100), uuid4()

    answers = at_once(lambda _: redeem(sanne, what, joost, key=key).pk, THREADS)

    assert answers == [Redemption.objects.get().pk] * THREADS
    assert make.balance(sanne) == 700
    assert StaffAct.objects.count() == 1


def test_a_code_that_is_shown_at_a_till_and_at_the_counter_spends_once(joost, sanne):
    what, till = make.reward(points=100), tills.till()

    def work(number):
        if number % 2:
            return redeem(sanne, what, joost, key=uuid4()).points
        return redeem_with_card(
            member_id=sanne.pk,
            shown=shown_by(sanne),
            wish=Wish(reward_id=what.pk),
            request_key=uuid4(),
            client_id=till,
            actor="api:1",
            now=make.NOW,
        ).points

    answers = Counter(at_once(work, THREADS))

    assert answers == {100: 1, "proof_used": THREADS - 1}
    assert make.balance(sanne) == 700
