"""Conditions as they are read, written, refused and said."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.conditions import (
    MOST_CONDITIONS,
    Condition,
    ConditionError,
    Flaw,
    Kind,
    as_json,
    coming_birthdays,
    conditions_of,
)
from campaigns.reports.audience_words import sentence
from tests.campaigns.crowd import some_condition


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(list(Kind)))
def test_what_is_written_reads_the_same(chance, kind):
    one = some_condition(chance, date(2026, 6, 15), kind)

    assert conditions_of(as_json([one])) == (one,)


@pytest.mark.parametrize(
    ("row", "key", "flaw"),
    [
        ({"kind": "shoe size"}, "kind", Flaw.UNKNOWN),
        ({}, "kind", Flaw.UNKNOWN),
        ({"kind": "tier"}, "among", Flaw.MISSING),
        ({"kind": "tier", "among": ["12"]}, "among", Flaw.NOT_ON_THE_LIST),
        ({"kind": "store", "among": ["a\x00"]}, "among", Flaw.TOO_MANY),
        ({"kind": "store", "among": ["a" * 81]}, "among", Flaw.TOO_MANY),
        ({"kind": "spendable"}, "least", Flaw.MISSING),
        ({"kind": "spendable", "least": "1.5"}, "least", Flaw.OUT_OF_RANGE),
        ({"kind": "spendable", "least": "x"}, "least", Flaw.NOT_A_NUMBER),
        ({"kind": "spendable", "least": "NaN"}, "least", Flaw.NOT_A_NUMBER),
        ({"kind": "spendable", "least": "1", "most": "NaN"}, "most", Flaw.NOT_A_NUMBER),
        ({"kind": "spendable", "least": "sNaN"}, "least", Flaw.NOT_A_NUMBER),
        ({"kind": "spendable", "least": "Infinity"}, "least", Flaw.NOT_A_NUMBER),
        ({"kind": "spendable", "least": "9", "most": "1"}, "most", Flaw.UPSIDE_DOWN),
        ({"kind": "spend", "least": "1.001", "days": 1}, "least", Flaw.OUT_OF_RANGE),
        ({"kind": "spend", "least": "-1", "days": 1}, "least", Flaw.OUT_OF_RANGE),
        ({"kind": "spend", "least": "1"}, "days", Flaw.MISSING),
        ({"kind": "joined", "days": "1e3"}, "days", Flaw.NOT_A_NUMBER),
        ({"kind": "joined", "days": True}, "days", Flaw.NOT_A_NUMBER),
        ({"kind": "joined", "days": 99_999}, "days", Flaw.OUT_OF_RANGE),
        ({"kind": "joined", "first": "soon"}, "first", Flaw.NOT_A_DAY),
        ({"kind": "joined", "first": "1066-10-14"}, "first", Flaw.OUT_OF_RANGE),
        ({"kind": "joined", "days": 3, "first": "2026-01-01"}, "days", Flaw.TWO_PERIODS),
        ({"kind": "joined", "first": "2026-02-01", "last": "2026-01-01"}, "last", Flaw.UPSIDE_DOWN),
        ({"kind": "birthday_soon"}, "days", Flaw.MISSING),
        ({"kind": "birthday_soon", "days": 400}, "days", Flaw.OUT_OF_RANGE),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_where(row, key, flaw):
    with pytest.raises(ConditionError) as refused:
        conditions_of([row])

    assert (refused.value.faults[0].key, refused.value.faults[0].flaw) == (key, flaw)


def test_there_are_not_endlessly_many():
    with pytest.raises(ConditionError):
        conditions_of([{"kind": "bought"}] * (MOST_CONDITIONS + 1))


def test_a_birthday_on_a_leap_day_is_kept_on_the_28th():
    assert (2, 29) in coming_birthdays(date(2026, 2, 27), 1)
    assert (2, 29) not in coming_birthdays(date(2028, 2, 27), 1)
    assert (2, 29) in coming_birthdays(date(2028, 2, 27), 2)


@pytest.mark.django_db
def test_an_audience_reads_as_a_sentence():
    chosen = [
        Condition(Kind.TIER, among=("1", "2")),
        Condition(Kind.SPEND, least=Decimal(100), days=90),
        Condition(Kind.BOUGHT, negated=True, days=30),
    ]

    with override("en"):
        said = sentence(chosen)

    assert said.endswith(
        "spent €100.00 or more in the last 90 days and have not bought for 30 days"
    )
    assert said.startswith("Members who are ")
    with override("en"):
        assert sentence([]) == "All members"
