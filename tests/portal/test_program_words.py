"""The program in words follows from its rules."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from points.program_cache import current_program, rules_of
from points.reports.program_words import program_words, upcoming_words, words_of
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def words(**changes):
    return words_of(rules_of(make.published_program(**changes)), NOW)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (1, "You earn 1 point for every euro you spend."),
        (10, "You earn 10 points for every euro you spend."),
        ("0.2", "You earn 1 point for every 5 euros you spend."),
        ("1.5", "You earn 1.5 points for every euro you spend."),
        ("0.3", "You earn 0.3 points for every euro you spend."),
    ],
)
def test_the_rate_is_said_as_people_say_it(rate, sentence):
    assert words(rate=rate).lead == sentence


@pytest.mark.parametrize(
    ("rounding", "sentence"),
    [
        ("down", "Each purchase is rounded down to whole points: €12.95 gives 12 points."),
        ("half_up", "Each purchase is rounded to the nearest whole point: €12.95 gives 13 points."),
        ("up", "Each purchase is rounded up to whole points: €12.95 gives 13 points."),
    ],
)
def test_the_rounding_comes_with_an_example(rounding, sentence):
    assert sentence in words(rounding=rounding).earning


def test_what_earns_nothing_is_named():
    said = words(excluded='["Tabak", "Statiegeld", "Loten"]')

    assert "Some things earn no points: Loten, Statiegeld and Tabak." in said.earning


def test_the_welcome_is_named_only_if_there_is_one():
    with_one = words(welcome_bonus=100)

    assert "When you join you get 100 points as a welcome." in with_one.earning
    assert "welcome" not in " ".join(words(effective_at="2027-01-01T00:00:00+01:00").earning)


@pytest.mark.parametrize(
    ("months", "until"), [(12, "15 June 2027"), (1, "15 July 2026"), (120, "15 June 2036")]
)
def test_validity_names_the_last_day_of_a_purchase_of_today(months, until):
    sentence = f"Points of a purchase on 15 June 2026 can be spent up to and including {until}."

    assert sentence in words(valid_months=months).validity


def test_validity_counts_from_the_day_that_points_can_be_spent():
    said = words(pending_days=14)

    assert said.validity[0].startswith("You can spend the points of a purchase 14 days after it")
    assert said.validity[-1].endswith("up to and including 29 June 2027.")


def test_points_for_ever_are_said_not_to_expire():
    assert "Points do not expire." in words(valid_months=0).validity


def test_either_way_with_returns_is_explained():
    debt = words(policy="debt").refunds[-1]
    within = words(policy="within_balance", effective_at="2027-01-01T00:00:00+01:00").refunds[-1]

    assert debt.endswith("comes off the next points you earn.")
    assert within.endswith("no more is taken than you have.")


@pytest.mark.parametrize(
    ("step", "grace", "sentence"),
    [
        ("none", 30, "A tier that you have reached is yours to keep."),
        ("one", 30, "If your status points stay below your tier for 30 days, you fall one tier."),
        (
            "full",
            1,
            "If your status points stay below your tier for 1 day, you fall to the tier "
            "that they reach.",
        ),
        ("one", 0, "If your status points no longer reach your tier, you fall one tier."),
        (
            "full",
            0,
            "If your status points no longer reach your tier, you fall to the tier that they "
            "reach.",
        ),
    ],
)
def test_how_one_falls_is_told(step, grace, sentence):
    assert words(step=step, grace_days=grace).tier_rules[-1] == sentence


def test_tiers_are_listed_with_what_they_ask_and_give():
    tiers = words(silver="1.25").tiers

    assert [(tier.name, tier.asks, tier.gives) for tier in tiers] == [
        ("Silver", "500", "1.25× points"),
        ("Gold", "1,500", "1.5× points"),
    ]


def test_a_tier_without_an_extra_promises_none():
    assert words(silver="1").tiers[0].gives == ""


def test_the_version_of_the_moment_is_put_into_words_and_the_next_announced():
    make.published_program()
    make.published_program(rate=2, effective_at="2026-09-01T00:00:00+02:00")
    program = current_program()

    now = program_words(program, NOW)
    later = upcoming_words(program, NOW)

    assert now is not None
    assert now.lead == "You earn 1 point for every euro you spend."
    assert [words.lead for words in later] == ["You earn 2 points for every euro you spend."]
    assert later[0].effective_on.isoformat() == "2026-09-01"


def test_before_the_first_version_there_are_no_words():
    make.published_program(effective_at="2026-09-01T00:00:00+02:00")

    assert program_words(current_program(), NOW) is None
    assert program_words(current_program(), datetime(2026, 9, 1, tzinfo=UTC)) is not None
