"""The welcome bonus, at once and once; and what is left at the farewell."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from members.actions.membership import close_membership, freeze_membership
from members.models import Departure, Member
from points.actions.adjustment import give_welcome_bonus, welcome_new_members
from points.models import Account, Entry
from points.reports.farewell import points_lost
from tests import make

NOW = make.NOW


@pytest.mark.django_db(transaction=True)
def test_a_new_member_has_the_bonus_at_once_dated_when_they_joined():
    make.published_program(welcome_bonus=50)

    sanne = make.member(joined_at=NOW)

    entry = Entry.objects.get()
    assert (entry.points, entry.occurred_at) == (50, NOW)
    assert entry.explanation == {"reason": "welcome", "version": 1}
    assert Account.objects.get(pk=sanne.pk).balance == 50


@pytest.mark.django_db
def test_a_bonus_whose_news_got_lost_is_swept_once_even_after_a_first_purchase():
    make.published_program(welcome_bonus=50)
    sanne = make.member(joined_at=NOW - timedelta(days=2))
    make.purchase(sanne, "10.00")

    first = welcome_new_members(now=NOW)
    second = welcome_new_members(now=NOW)

    assert (first, second) == (1, 0)
    assert make.balance(sanne) == 60


@pytest.mark.django_db
def test_members_of_an_earlier_program_and_closed_ones_are_not_welcomed():
    make.published_program(welcome_bonus=50)
    sanne = make.member()
    Member.objects.filter(pk=sanne.pk).update(joined_through=Member.Through.IMPORT)

    assert give_welcome_bonus(member_id=sanne.pk, now=NOW) is None
    assert welcome_new_members(now=NOW) == 0
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_without_a_bonus_in_the_program_nobody_is_looked_at(django_assert_num_queries):
    make.published_program()
    make.member()
    welcome_new_members(now=NOW)

    with django_assert_num_queries(1):
        assert welcome_new_members(now=NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_what_was_left_is_noted_beside_the_departure():
    make.published_program()
    sanne = make.member(points=120)

    close_membership(member_id=sanne.pk, now=NOW)

    assert sanne.departure.balance == 120


@pytest.mark.django_db(transaction=True)
def test_a_frozen_member_leaves_no_departure():
    make.published_program()
    sanne = make.member(points=120)

    freeze_membership(member_id=sanne.pk)

    assert not Departure.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("points", "words"),
    [(0, "You have no points left to lose."), (1250, "You lose 1,250 points: they cannot")],
)
def test_leaving_says_what_it_costs(points, words):
    make.published_program()
    sanne = make.member(points=points)

    with override("en"):
        assert points_lost(sanne.pk, NOW).startswith(words)
