"""Earning rules in the program file: every fault is named with its rule, every value exact."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from points.admin.program_text import as_toml
from points.earning_file import RULE
from points.earning_rules import Cap, Free, Period, Remainder, Stacking
from points.program_file import ProgramFileError, compile_rules, digest, read_program
from tests.points.programs import HEAD, a_book, buy, line, toml

SILVER = {"name": "Silver", "threshold": 500}
HIGH = SILVER | {"multiplier": 1.5}
CAPPED = {"multiplier": 2, "least_base": 50, "most_points": 100}
CHEESE = {"multiplier": 2, "categories": ["cheese"]}


def faults(*rules, **program):
    with pytest.raises(ProgramFileError) as refused:
        read_program(toml(*rules, **program))
    return refused.value.faults


def bonus(**keys):
    return {"points": 5} | keys


EVERYTHING = """
[earning]
stacking = "sum"
remainder = "carry"
most_points = 500
most_per = "week"

[[earning.rule]]
name_nl = "Kaas"
name_en = "Cheese"
multiplier = 2.50
categories = ["cheese", "Cheese", "cheese"]
products = ["77"]
most_points = 100
starts = 2026-12-01
ends = "2026-12-24"
weekdays = ["sunday", "monday", "monday"]
hours = [17:00:00, "02:00"]
stores = ["Noord"]
channels = ["web"]
from_tier = "Silver"
first_purchase = true
birthday_days = 3

[[earning.rule]]
name = "3 = 2"
take = 3
pay = 2
back_at = 0.50
categories = ["wine"]
least_base = 10

[[tiers.tier]]
name_nl = "Zilver"
name_en = "Silver"
threshold = 500
"""


def test_a_whole_rule_is_what_it_says():
    rules = compile_rules(1, read_program(HEAD + EVERYTHING))
    first, second = rules.earning_rules

    assert (rules.stacking, rules.remainder) == (Stacking.SUM, Remainder.CARRY)
    assert rules.cap == Cap(500, Period.WEEK)
    assert (first.number, first.name_nl, first.name_en) == (1, "Kaas", "Cheese")
    assert (first.multiplier, first.cap) == (Decimal("2.5"), Cap(100, Period.PURCHASE))
    assert (first.starts, first.ends) == (date(2026, 12, 1), date(2026, 12, 24))
    assert (first.weekdays, first.hours) == ((0, 6), (time(17), time(2)))
    assert (first.categories, first.products) == (("Cheese", "cheese"), ("77",))
    assert (first.stores, first.channels) == (("Noord",), ("web",))
    assert (first.least_tier, first.first_purchase, first.birthday_days) == (1, True, 3)
    assert (second.name_nl, second.free) == ("3 = 2", Free(3, 2, Decimal("0.5")))
    assert second.least_base == 10
    assert rules.caps == {0: Cap(500, Period.WEEK)}


def test_a_whole_file_written_out_reads_back_as_the_same():
    program = read_program(HEAD + EVERYTHING)

    assert read_program(as_toml(program)) == program


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({}, "earning.rule 1: must have exactly one of multiplier, points, points_per_piece, take"),
        ({"points": 1, "multiplier": 2}, "earning.rule 1: must have exactly one of"),
        ({"points": 0}, "earning.rule 1, points: must be 1 to 1000000"),
        ({"points": 1.5}, "earning.rule 1, points: must be a whole number"),
        ({"points": 1_000_001}, "earning.rule 1, points: must be 1 to"),
        ({"multiplier": 1}, "earning.rule 1, multiplier: must be 1.0001 to 10"),
        ({"multiplier": 10.5}, "earning.rule 1, multiplier: must be 1.0001 to 10"),
        ({"multiplier": 1.00005}, "earning.rule 1, multiplier: must be"),
        ({"points_per_piece": 5}, "earning.rule 1: must say of which categories or products"),
        ({"take": 3, "pay": 2, "back_at": 1}, "earning.rule 1: must say of which categories"),
        ({"take": 3, "back_at": 1, **CHEESE}, "earning.rule 1, pay: goes with take"),
        ({"take": 3, "pay": 2, **CHEESE}, "earning.rule 1, back_at: goes with take"),
        (bonus(pay=2), "earning.rule 1, pay: goes with take"),
        (bonus(back_at=2), "earning.rule 1, back_at: goes with take"),
        ({"take": 3, "pay": 3, "back_at": 1, "products": ["1"]}, "earning.rule 1, pay: must be"),
        ({"take": 1, "pay": 1, "back_at": 1}, "earning.rule 1, take: must be 2 to 100"),
        ({"take": 3, "pay": 0, "back_at": 1}, "earning.rule 1, pay: must be 1 to 99"),
        ({"take": 3, "pay": 2, "back_at": 0}, "earning.rule 1, back_at: must be 0.0001 to"),
        (bonus(name=""), "earning.rule 1, name: must be a text"),
        (bonus(name="x" * 61), "earning.rule 1, name: must have 60 characters at most"),
        (bonus(starts="soon"), "earning.rule 1, starts: must be a day such as 2026-12-01"),
        (bonus(ends="2026-02-30"), "earning.rule 1, ends: must be a day such as"),
        (bonus(starts="2026-12-02", ends="2026-12-01"), "earning.rule 1, ends: must not lie"),
        (bonus(weekdays=[]), "earning.rule 1, weekdays: must be a list out of monday"),
        (bonus(weekdays=["maandag"]), "earning.rule 1, weekdays: must be a list out of"),
        (bonus(weekdays="monday"), "earning.rule 1, weekdays: must be a list out of"),
        (bonus(hours=["17:00"]), "earning.rule 1, hours: must be from and to"),
        (bonus(hours=["17:00", "25:00"]), "earning.rule 1, hours: must be from and to"),
        (bonus(hours=["17:00", "24:00"]), "earning.rule 1, hours: must be from and to"),
        (bonus(hours=["17:00", "17:00"]), "earning.rule 1, hours: must begin at another time"),
        (bonus(hours=["17:00:10", "17:00:50"]), "earning.rule 1, hours: must be whole minutes"),
        (bonus(hours=["17:00+02:00", "18:00"]), "earning.rule 1, hours: must be whole minutes"),
        (bonus(stores="Noord"), "earning.rule 1, stores: must be a list of texts"),
        (bonus(stores=[]), "earning.rule 1, stores: must name at least one, or be left out"),
        (bonus(channels=[]), "earning.rule 1, channels: must name at least one"),
        (bonus(categories=[]), "earning.rule 1, categories: must name at least one"),
        (bonus(products=[]), "earning.rule 1, products: must name at least one"),
        (bonus(products=[7]), "earning.rule 1, products: must be a text between quotes"),
        (bonus(least_base=0), "earning.rule 1, least_base: must be 0.01 to 1000000"),
        (bonus(from_tier="Gold"), "earning.rule 1, from_tier: there is no tier 'Gold'"),
        (bonus(first_purchase=False), "earning.rule 1, first_purchase: must be true, or left"),
        (bonus(birthday_days=32), "earning.rule 1, birthday_days: must be 0 to 31"),
        (bonus(birthday_days=-1), "earning.rule 1, birthday_days: must be 0 to 31"),
        (bonus(most_points=0), "earning.rule 1, most_points: must be 1 to 1000000000"),
        (bonus(most_per="day"), "earning.rule 1, most_per: says nothing without most_points"),
        (bonus(most_points=5, most_per="hour"), "earning.rule 1, most_per: must be one of"),
        (bonus(color="red"), "earning.rule 1, color: is not a key of the program"),
    ],
)
def test_every_fault_is_named_with_its_rule(rule, named):
    found = faults(rule, tiers=[SILVER])

    assert [fault for fault in found if fault.startswith(named)], found


def test_it_is_the_rule_at_fault_that_is_named():
    (fault,) = faults(bonus(), bonus(birthday_days=99))

    assert fault.startswith("earning.rule 2, birthday_days: ")


@pytest.mark.parametrize(
    ("earning", "named"),
    [
        ({"remainder": "keep"}, "earning.remainder: must be one of drop, carry"),
        ({"most_points": 0}, "earning.most_points: must be 1 to"),
        ({"most_per": "day"}, "earning.most_per: says nothing without most_points"),
        ({"rule": 5}, "earning.rule: must be a list of 50 rules at most"),
        ({"rule": [5]}, "[earning.rule 1] must be a table"),
    ],
)
def test_faults_of_all_earning_are_named(earning, named):
    found = faults(**earning)

    assert [fault for fault in found if fault.startswith(named)], found


def test_a_rule_in_one_table_is_no_list():
    with pytest.raises(ProgramFileError, match=r"earning\.rule: must be a list"):
        read_program(f"{HEAD}[earning.rule]\nname = 'A'\npoints = 5\n")


def test_fifty_rules_are_enough():
    assert faults(*[bonus()] * 51) == ["earning.rule: must be a list of 50 rules at most"]
    assert read_program(toml(*[bonus()] * 50))


# A multiplier that has both a cap and a least base


@pytest.mark.parametrize(
    ("others", "program"),
    [
        ([], {}),
        ([], {"tiers": [SILVER]}),
        ([bonus()], {}),
        ([{"multiplier": 3}], {"stacking": "sum"}),
        ([{"multiplier": 3}], {"stacking": "product", "tiers": [HIGH]}),
        ([CHEESE], {"stacking": "sum", "tiers": [HIGH]}),
    ],
)
def test_a_cap_and_a_least_base_go_together_where_nothing_takes_over(others, program):
    assert read_program(toml(CAPPED, *others, **program))


@pytest.mark.parametrize(
    ("rules", "program", "reason"),
    [
        ([CAPPED, {"multiplier": 3}], {}, "while stacking is best"),
        ([CAPPED], {"tiers": [HIGH]}, "while stacking is best"),
        ([CAPPED | CHEESE, CHEESE], {"stacking": "sum"}, "of categories or products"),
        ([CAPPED | CHEESE, CHEESE], {"stacking": "product"}, "of categories or products"),
        (
            [CAPPED, {"multiplier": 10}, {"multiplier": 6}],
            {"stacking": "product"},
            "that together may pass a hundred times",
        ),
        (
            [CAPPED, *[{"multiplier": 10}] * 11],
            {"stacking": "sum"},
            "that together may pass a hundred times",
        ),
    ],
)
def test_a_cap_and_a_least_base_are_refused_where_another_would_take_over(rules, program, reason):
    assert faults(*rules, **program) == [
        "earning.rule 1, most_points: a multiplier with least_base cannot have it"
        f" beside other multipliers {reason}"
    ]


# Fingerprints


def test_a_file_without_rules_keeps_the_fingerprint_it_had():
    source = (
        HEAD
        + '[earning]\nstacking = "sum"\nexcluded_categories = ["b", "a"]\nwelcome_bonus = 5\n'
        + '[[tiers.tier]]\nname = "Goud"\nthreshold = 500\n'
    )

    assert digest(read_program(source)) == FINGERPRINT


@pytest.mark.parametrize(
    ("earning", "same"),
    [
        ({"remainder": "drop"}, True),
        ({"rule": []}, True),
        ({"remainder": "carry"}, False),
        ({"most_points": 5}, False),
    ],
)
def test_only_what_says_something_changes_the_fingerprint(earning, same):
    assert (digest(read_program(toml(**earning))) == digest(read_program(toml()))) is same


# What is written about it


def test_the_guide_has_every_key_and_its_example_is_read():
    guide = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
    example = guide.split("```toml\n")[1].split("```")[0]
    rules = compile_rules(1, read_program(HEAD + example))
    book, lines = a_book(), [line(1, "20.00", category="cheese")]

    assert [key for key in RULE if f"`{key}`" not in guide] == []
    at = datetime(2026, 12, 2, 12, tzinfo=UTC)
    assert buy(book, rules, "60.00", *lines, at=at).earned == 60 + 40


FINGERPRINT = "b745bf1738ffe0e94317d59431bdd5664e6c22b4116f6fad8a1bdd9a7e836e32"
