"""Issuing, blocking and replacing cards."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from members.actions.cards import (
    CARDS_A_MEMBER,
    CardIsBlocked,
    TooManyCards,
    block_card,
    issue_card,
    issue_cards,
    replace_card,
)
from members.card_number import check_digit, is_card_number
from members.models import Card
from tests import make

pytestmark = pytest.mark.django_db


def number(body):
    return f"{body}{check_digit(body)}"


def test_who_joins_gets_one_card_that_a_till_can_read(now):
    member = make.member()

    card = member.cards.get()

    assert card.is_active
    assert is_card_number(card.number)


def test_a_member_can_have_ten_cards_and_no_more(now):
    member = make.member()
    for _ in range(CARDS_A_MEMBER - 1):
        issue_card(member_id=member.pk, now=now)

    with pytest.raises(TooManyCards):
        issue_card(member_id=member.pk, now=now)

    assert member.cards.count() == 10


def test_a_blocked_card_makes_room_for_another(now):
    member = make.member()
    for _ in range(CARDS_A_MEMBER - 1):
        issue_card(member_id=member.pk, now=now)

    replacement = replace_card(card_id=member.cards.first().pk, reason="lost", now=now)

    assert replacement.is_active
    assert member.cards.active().count() == 10


def test_a_blocked_card_says_since_when_and_why(now):
    card = make.member().cards.get()

    block_card(card_id=card.pk, reason="  lost on the train ", now=now)

    card.refresh_from_db()
    assert (card.is_active, card.blocked_at, card.block_reason) == (False, now, "lost on the train")


def test_a_card_is_blocked_once(now):
    card = make.member().cards.get()
    block_card(card_id=card.pk, reason="lost", now=now)

    with pytest.raises(CardIsBlocked) as refused:
        block_card(card_id=card.pk, reason="found", now=now)

    card.refresh_from_db()
    assert refused.value.code == "card_is_blocked"
    assert card.block_reason == "lost"


def test_a_replacement_belongs_to_the_same_member(now):
    card = make.member().cards.get()

    replacement = replace_card(card_id=card.pk, reason="lost", now=now)

    assert replacement.member_id == card.member_id
    assert replacement.number != card.number


def test_a_refused_replacement_issues_no_card(now):
    member = make.member()
    card = member.cards.get()
    block_card(card_id=card.pk, reason="lost", now=now)

    with pytest.raises(CardIsBlocked):
        replace_card(card_id=card.pk, reason="lost", now=now)

    assert member.cards.count() == 1


def test_many_cards_take_two_statements(now, django_assert_num_queries):
    members = [make.member().pk for _ in range(20)]

    with django_assert_num_queries(4):  # two of them the savepoint's
        issue_cards(member_ids=members, now=now)

    assert Card.objects.count() == 40


def test_a_number_that_is_taken_is_drawn_again(now, monkeypatch):
    first, second = make.member(), make.member()
    taken, free = number("200000000001"), number("200000000002")
    drawn = iter([taken, taken, free])
    monkeypatch.setattr("members.actions.cards.new_card_number", lambda: next(drawn))
    issue_cards(member_ids=[first.pk], now=now)

    issue_cards(member_ids=[second.pk], now=now)

    assert Card.objects.get(number=taken).member == first
    assert Card.objects.get(number=free).member == second


def test_two_members_who_draw_the_same_number_both_get_a_card(now, monkeypatch):
    first, second = make.member(), make.member()
    same, other = number("200000000001"), number("200000000002")
    drawn = iter([same, same, other])
    monkeypatch.setattr("members.actions.cards.new_card_number", lambda: next(drawn))

    issue_cards(member_ids=[first.pk, second.pk], now=now)

    owners = Card.objects.filter(number__in=[same, other]).values_list("member_id", flat=True)
    assert sorted(owners) == [first.pk, second.pk]


@pytest.mark.parametrize(
    "wrong",
    [
        "2000000000001",  # its check digit is 8
        "4006381333931",
        "200000000000",
        "2000000000ab8",
        "",
    ],
)
def test_the_database_refuses_what_no_scanner_reads(now, wrong):
    member = make.member()

    with pytest.raises(DatabaseError), transaction.atomic():
        Card.objects.create(number=wrong, member=member, issued_at=now)


def test_the_database_accepts_the_right_check_digit(now):
    member = make.member()

    Card.objects.create(number=number("200000000000"), member=member, issued_at=now)

    assert Card.objects.filter(number="2000000000008").exists()


def test_the_database_gives_a_number_to_one_member(now):
    card = make.member().cards.get()
    other = make.member()

    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(number=card.number, member=other, issued_at=now)
