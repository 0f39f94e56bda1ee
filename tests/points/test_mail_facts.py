"""What mail can say of points: right figures, in words, in a few queries for many."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.formats import date_format

from mailroom.facts import facts_of
from points.reports.mail_facts import NAMES, mail_facts
from points.reports.statement import situation
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _program():
    make.published_program(pending_days=3)
    translation.activate("en")


def test_every_figure_is_that_of_the_members_own_page(now):
    member = make.member(points=600)
    make.purchase(member, "700.00", at=now - timedelta(days=10))
    make.purchase(member, "40.00", at=now - timedelta(days=1))
    standing = situation(member.pk, now)

    facts = mail_facts([member.pk], NAMES, now)[member.pk]

    assert facts["balance"] == f"{standing.balance:,} points" == "1,340 points"
    assert facts["spendable"] == f"{standing.spendable:,} points" == "1,300 points"
    assert facts["tier"] == "Silver"
    assert facts["next_tier"] == "Gold"
    assert facts["to_next_tier"] == f"{standing.missing} points"
    assert facts["expiring_points"] == f"{standing.expiring[0][1]} points"
    assert facts["expiring_on"] == date_format(standing.expiring[0][0], "j F Y") == "8 June 2027"


def test_of_nothing_nothing_is_said(now):
    member = make.member()
    make.purchase(member, "1.00")

    facts = mail_facts([member.pk], {"spendable", "tier", "next_tier"}, now)[member.pk]

    assert facts == {"next_tier": "Silver"}


def test_points_that_have_expired_are_not_counted(now):
    member = make.member()
    make.purchase(member, "100.00", at=now - timedelta(days=400))
    make.purchase(member, Decimal("50.00"), at=now - timedelta(days=30))

    facts = mail_facts([member.pk], {"balance", "spendable"}, now)[member.pk]

    assert facts == {"balance": "50 points", "spendable": "50 points"}


def test_many_members_take_as_many_queries_as_one(now, django_assert_num_queries):
    members = [make.member(points=100) for _ in range(5)]
    mail_facts([members[0].pk], NAMES, now)

    with django_assert_num_queries(4):
        facts = facts_of(members, wanted=NAMES | {"name"}, now=now)

    assert {words["balance"] for words in facts.values()} == {"100 points"}


def test_the_words_are_in_the_language_in_force(now):
    member = make.member(points=1250)

    with translation.override("nl"):
        facts = mail_facts([member.pk], {"balance"}, now)

    assert facts[member.pk]["balance"] == "1.250 punten"
