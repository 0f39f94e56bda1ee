"""A link to a gift card that is made and ended at once: what was ended stays ended."""

from threading import Event

import pytest
from django.db import transaction

from rewards.actions.sharing import end_sharing, share_gift_card
from tests import make
from tests.members.at_once import at_once, wait_for_waiting
from tests.rewards.issued import gift_card

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card():
    return gift_card(make.member())


def share(card, *, shows_name=True):
    return share_gift_card(
        voucher_id=card.pk, member_id=card.member_id, shows_name=shows_name, now=make.NOW
    )


def end(card):
    return end_sharing(voucher_id=card.pk, member_id=card.member_id)


def after(first, second):
    """Run `first`, and let `second` begin before the first has been committed."""
    held = Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                made = first().share_key
                held.set()
                wait_for_waiting(1)
            return made
        held.wait(10)
        return second().share_key

    return at_once(work)


def test_a_link_that_many_ask_for_at_once_is_one_link(card):
    keys = at_once(lambda number: share(card, shows_name=number == 0).share_key, 8)

    card.refresh_from_db()
    assert set(keys) == {card.share_key}


def test_who_asks_for_the_link_while_it_is_being_made_is_given_the_same(card):
    first, second = after(lambda: share(card), lambda: share(card))

    card.refresh_from_db()
    assert first == second == card.share_key


def test_a_link_that_is_being_ended_is_not_brought_back_by_who_shares_again(card):
    ended = share(card).share_key

    _none, made = after(lambda: end(card), lambda: share(card))

    card.refresh_from_db()
    assert card.share_key == made
    assert made != ended


def test_a_link_that_is_being_made_is_ended_by_who_ends_it(card):
    after(lambda: share(card), lambda: end(card))

    card.refresh_from_db()
    assert (card.share_key, card.shares_name) == (None, False)
