"""What one program says otherwise than another, in plain words."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from points.program_file import compile_rules, read_program
from points.reports.program_changes import announcements
from points.reports.program_difference import difference
from points.rules import Program
from tests import make


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def program(**changes):
    return read_program(make.program_toml(**changes))


def told(before, after):
    return [
        (part.title, part.kind, change.about, change.before, change.after)
        for part in difference(before, after)
        for change in part.changes
    ]


def test_the_same_rules_on_another_date_differ_in_nothing():
    assert difference(program(), program(effective_at="2030-01-01T00:00:00+01:00")) == []


def test_each_key_is_said_in_plain_words():
    changed = program(
        rate=1.5, rounding="up", pending_days=14, excluded='["Tabak"]', valid_months=0, step="full"
    )

    assert told(program(), changed) == [
        ("Earning", "changed", "Points for every euro", "1", "1.5"),
        ("Earning", "changed", "Rounding of a purchase", "down", "up"),
        ("Earning", "changed", "Wait before points can be spent", "none", "14 days"),
        ("Earning", "changed", "Categories that earn nothing", "none", "Tabak"),
        ("How long points last", "changed", "Points are valid for", "12 months", "for ever"),
        ("Tiers", "changed", "How far a member falls", "one tier", "to the tier that is reached"),
    ]


def test_tiers_are_matched_by_name_and_come_or_go():
    before, after = program(), program(silver="1.25")
    gold = after["tiers"]["tier"].pop()
    after["tiers"]["tier"].append(gold | {"name_nl": "Platina", "name_en": "Platinum"})

    assert told(before, after) == [
        ("Tier Silver", "changed", "Points are multiplied by", "1×", "1.25×"),
        ("Tier Platinum", "added", "Status points needed", "–", "1,500"),
        ("Tier Platinum", "added", "Points are multiplied by", "–", "1.5×"),
        ("Tier Gold", "removed", "Status points needed", "1,500", "–"),
        ("Tier Gold", "removed", "Points are multiplied by", "1.5×", "–"),
    ]


def test_two_tiers_of_one_name_are_two():
    before, after = program(), program()
    after["tiers"]["tier"].append(after["tiers"]["tier"][1] | {"threshold": 9000})

    assert [(part.title, part.kind) for part in difference(before, after)] == [
        ("Tier Gold", "added")
    ]


def test_rules_of_a_later_kind_are_told_by_their_own_names():
    before, after = program(), program()
    cheese = {"name": "Cheese", "categories": ["Kaas"], "multiplier": "2", "when": {"hour": 9}}
    after["earning"] |= {"rule": [cheese], "most_redeemed": 500, "carry_over": True}

    assert told(before, after) == [
        ("Earning", "changed", "Carry over", "–", "yes"),
        ("Earning", "changed", "Most redeemed", "–", "500"),
        ("Earning rule Cheese", "added", "Points are multiplied by", "–", "2×"),
        ("Earning rule Cheese", "added", "Categories", "–", "Kaas"),
        ("Earning rule Cheese", "added", "Hour", "–", "9"),
    ]


def test_an_earning_rule_is_told_in_words():
    before, after = program(), program()
    cheese = {"name_en": "Cheese", "points": 50, "weekdays": ["monday", "friday"]}
    cheese |= {"hours": ["17:00", "20:00"], "starts": "2027-03-01", "least_base": "7.5"}
    cheese |= {"first_purchase": True, "most_points": 250, "most_per": "week"}
    after["earning"] |= {"rule": [cheese], "remainder": "carry"}

    assert [change[2:] for change in told(before, after)] == [
        ("What rounding leaves", "–", "goes along to the next purchase"),
        ("Extra points", "–", "50"),
        ("From how many euros", "–", "€7.50"),
        ("First day", "–", "1 March 2027"),
        ("Days of the week", "–", "Monday and Friday"),
        ("Hours", "–", "from 17:00 to 20:00"),
        ("Only on a member's first purchase", "–", "yes"),
        ("At most so many points", "–", "250"),
        ("a member and", "–", "a week"),
    ]


def announced(**changes):
    later = {"effective_at": "2027-01-01T00:00:00+01:00"} | changes
    rules = [compile_rules(1, program()), compile_rules(2, program(**later))]
    return announcements(Program(rules), make.NOW)


def test_members_read_what_changes_and_not_what_stays():
    (next_,) = announced(rate=2)

    assert next_.effective_on.isoformat() == "2027-01-01"
    (earning,) = next_.changes
    assert earning.title == "Earning points"
    assert earning.new == (
        "You earn 2 points for every euro you spend.",
        "Each purchase is rounded down to whole points: €12.95 gives 25 points.",
    )
    assert "You earn 1 point for every euro you spend." in earning.gone


def test_members_read_that_a_tier_asks_another_number():
    (next_,) = announced(silver="1.25")

    (tiers,) = next_.changes
    assert tiers.new == ("Silver, from 500 status points: 1.25× points",)


def test_a_version_that_changes_no_words_says_so():
    (next_,) = announced()

    assert (next_.changes, next_.is_first) == ((), False)


def test_the_first_program_is_announced_whole():
    rules = compile_rules(1, program(effective_at="2027-01-01T00:00:00+01:00"))

    (next_,) = announcements(Program([rules]), make.NOW - timedelta(days=1))

    assert (next_.changes, next_.is_first) == ((), True)
