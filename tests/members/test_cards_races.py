"""Cards, many at once."""

import pytest

from members.actions.cards import CARDS_A_MEMBER, block_card, issue_card, replace_card
from tests import make
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def test_many_requests_together_do_not_pass_ten_cards():
    member = make.member()
    for _ in range(CARDS_A_MEMBER - 2):
        issue_card(member_id=member.pk, now=NOW)

    answers = at_once(lambda _: bool(issue_card(member_id=member.pk, now=NOW)), times=8)

    assert answers.count(True) == 1
    assert answers.count("too_many_cards") == 7
    assert member.cards.active().count() == CARDS_A_MEMBER


def test_a_card_replaced_twice_at_once_is_replaced_once():
    member = make.member()
    card = member.cards.get()

    answers = at_once(lambda _: bool(replace_card(card_id=card.pk, reason="lost", now=NOW)), 4)

    assert answers.count(True) == 1
    assert answers.count("card_is_blocked") == 3
    assert member.cards.count() == 2


def test_blocking_and_issuing_at_once_wait_for_each_other():
    member = make.member()
    card = member.cards.get()

    def work(number):
        if number % 2:
            return bool(issue_card(member_id=member.pk, now=NOW))
        return bool(block_card(card_id=card.pk, reason="lost", now=NOW))

    answers = at_once(work, 6)

    assert answers.count("card_is_blocked") == 2
    assert answers.count(True) == 4
