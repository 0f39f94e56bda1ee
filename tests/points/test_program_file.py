"""The program file: every fault is named, every value exact."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.program_file import ProgramFileError, compile_rules, digest, read_program
from points.rules import FallStep, RefundPolicy, Rounding

HEAD = 'name = "Marktzicht"\neffective_at = 2026-01-01T00:00:00+01:00\n'
WHOLE = """
name = " Marktzicht "
currency = "EUR"
time_zone = "Europe/Brussels"
effective_at = "2026-01-01T00:00:00+01:00"

[earning]
points_per_unit = 0.1
rounding = "half_up"
pending_days = 14
welcome_bonus = 100
stacking = "sum"
excluded_categories = ["tabak", "cadeaukaarten", "tabak"]

[expiry]
valid_months = 24

[refunds]
policy = "within_balance"
return_window_days = 14

[tiers]
window_days = 366
grace_days = 0
step = "full"

[[tiers.tier]]
name = "Zilver"
threshold = 500

[[tiers.tier]]
name_nl = "Goud"
name_en = "Gold"
threshold = 1500
multiplier = 1.50
"""


def faults(source):
    with pytest.raises(ProgramFileError) as refused:
        read_program(source)
    return refused.value.faults


def earning(line):
    return f"{HEAD}[earning]\n{line}\n"


def tier(*lines):
    return HEAD + "".join(f"[[tiers.tier]]\n{line}\n" for line in lines)


def test_a_short_file_gets_the_defaults():
    rules = compile_rules(1, read_program(HEAD))

    assert (rules.points_per_unit, rules.rounding) == (Decimal(1), Rounding.DOWN)
    assert (rules.valid_months, rules.pending_days, rules.welcome_bonus) == (12, 0, 0)
    assert (rules.window_days, rules.grace_days, rules.fall_step) == (365, 30, FallStep.ONE)
    assert (rules.refund_policy, rules.return_window_days) == (RefundPolicy.DEBT, 30)
    assert rules.zone == ZoneInfo("Europe/Amsterdam")
    assert rules.tiers == ()


def test_a_whole_file_is_what_it_says():
    rules = compile_rules(7, read_program(WHOLE))

    assert (rules.number, rules.name, rules.currency) == (7, "Marktzicht", "EUR")
    assert rules.effective_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert rules.zone == ZoneInfo("Europe/Brussels")
    assert (rules.points_per_unit, rules.rounding) == (Decimal("0.1"), Rounding.HALF_UP)
    assert (rules.pending_days, rules.welcome_bonus, rules.stacking) == (14, 100, "sum")
    assert rules.excluded_categories == ("cadeaukaarten", "tabak")
    assert rules.valid_months == 24
    assert (rules.refund_policy, rules.return_window_days) == (RefundPolicy.WITHIN_BALANCE, 14)
    assert (rules.window_days, rules.grace_days, rules.fall_step) == (366, 0, FallStep.FULL)
    assert [(tier.name_nl, tier.name_en) for tier in rules.tiers] == [
        ("Zilver", "Zilver"),
        ("Goud", "Gold"),
    ]
    assert [tier.threshold for tier in rules.tiers] == [500, 1500]
    assert [tier.multiplier for tier in rules.tiers] == [Decimal(1), Decimal("1.5")]


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("", ["name: is missing", "effective_at: is missing"]),
        (HEAD + "currency = 'USD'", ["currency: must be EUR, not 'USD'"]),
        (HEAD + "time_zone = 'Amsterdam'", ["time_zone: is not a time zone: 'Amsterdam'"]),
        (HEAD + "time_zone = ''", ["time_zone: is not a time zone: ''"]),
        (HEAD + "time_zone = 5", ["time_zone: is not a time zone: 5"]),
        (HEAD + "time_zone = '../../etc/passwd'", ["time_zone: is not a time zone"]),
        (HEAD + "time_zone = 'Europe'", ["time_zone: is not a time zone"]),
        (HEAD.replace('"Marktzicht"', '" "'), ["name: must be a text between quotes"]),
        (HEAD.replace('"Marktzicht"', "5"), ["name: must be a text between quotes"]),
        (HEAD.replace("Marktzicht", "x" * 81), ["name: must have 80 characters at most"]),
        (HEAD.replace("Marktzicht", "a\\u0000b"), ["name: must have 80 characters at most, none"]),
        (HEAD.replace("+01:00", ""), ["effective_at: must be a moment with its zone"]),
        (HEAD.replace("T00:00:00+01:00", ""), ["effective_at: must be a moment with its zone"]),
        ('name = "x"\neffective_at = "soon"', ["effective_at: must be a moment such as"]),
        ('name = "x"\neffective_at = 0001-01-01T00:00:00+01:00', ["effective_at: is out of"]),
        ('name = "x"\neffective_at = 9999-12-31T23:00:00-09:00', ["effective_at: is out of"]),
        ('name = "x"\neffective_at = 5', ["effective_at: must be a moment with its zone"]),
        (HEAD + "colour = 'green'", ["colour: is not a key of the program; known are"]),
        (HEAD + "[earn]\nx = 1", ["earn: is not a key of the program"]),
        (HEAD + "earning = 5", ["[earning] must be a table"]),
        (HEAD + "tiers = 5", ["[tiers] must be a table"]),
        (earning("points = 1"), ["earning.points: is not a key of the program"]),
        (earning("points_per_unit = 0"), ["earning.points_per_unit: must be 0.0001 to 1000"]),
        (earning("points_per_unit = -1"), ["earning.points_per_unit: must be 0.0001 to 1000"]),
        (earning("points_per_unit = 1000.1"), ["earning.points_per_unit: must be"]),
        (earning("points_per_unit = 0.00005"), ["earning.points_per_unit: must be"]),
        (earning("points_per_unit = 1.00001"), ["earning.points_per_unit: must be"]),
        (earning("points_per_unit = nan"), ["earning.points_per_unit: must be a number"]),
        (earning("points_per_unit = inf"), ["earning.points_per_unit: must be a number"]),
        (earning("points_per_unit = true"), ["earning.points_per_unit: must be a number"]),
        (earning("points_per_unit = 'one'"), ["earning.points_per_unit: must be a number"]),
        (earning("points_per_unit = []"), ["earning.points_per_unit: must be a number"]),
        (
            earning("points_per_unit = 1.0000000000000000000000000000000001"),
            ["earning.points_per_unit: must be 0.0001 to 1000 with four decimals at most, not"],
        ),
        (earning("points_per_unit = 1e-999999999"), ["earning.points_per_unit: must be"]),
        (earning("points_per_unit = 1e999999999"), ["earning.points_per_unit: must be"]),
        (earning("rounding = 'even'"), ["earning.rounding: must be one of down, half_up, up"]),
        (earning("rounding = []"), ["earning.rounding: must be one of"]),
        (earning("pending_days = -1"), ["earning.pending_days: must be 0 to 366, not -1"]),
        (earning("pending_days = 1.5"), ["earning.pending_days: must be a whole number, not 1.5"]),
        (earning("pending_days = true"), ["earning.pending_days: must be a whole number"]),
        (earning("pending_days = '3'"), ["earning.pending_days: must be a whole number"]),
        (earning("excluded_categories = 'tabak'"), ["earning.excluded_categories: must be a list"]),
        (earning("excluded_categories = [5]"), ["earning.excluded_categories: must be a text"]),
        (earning("stacking = 'all'"), ["earning.stacking: must be one of best, sum, product"]),
        (HEAD + "[expiry]\nvalid_months = 121", ["expiry.valid_months: must be 0 to 120"]),
        (HEAD + "[refunds]\npolicy = 'no'", ["refunds.policy: must be one of"]),
        (HEAD + "[tiers]\nwindow_days = 0", ["tiers.window_days: must be 1 to 1100"]),
        (HEAD + "[tiers]\nstep = 'two'", ["tiers.step: must be one of none, one, full"]),
        (HEAD + "[tiers]\ntier = 5", ["tiers.tier: must be a list of 9 tiers at most"]),
        (HEAD + "[tiers]\ntier = [5]", ["[tiers.tier 1] must be a table"]),
        (tier("threshold = 5"), ["tiers.tier 1, name: is missing"]),
        (tier("name = 'A'"), ["tiers.tier 1, threshold: is missing"]),
        (tier("name = 'A'\nthreshold = 0"), ["tiers.tier 1, threshold: must be 1 to"]),
        (tier("name = 'A'\nthreshold = 5\ncolor = 1"), ["tiers.tier 1, color: is not a key"]),
        (
            tier("name = 'A'\nthreshold = 5\nmultiplier = 0.5"),
            ["tiers.tier 1, multiplier: must be 1 to 10"],
        ),
        (
            tier("name = 'A'\nthreshold = 5", "name = 'B'\nthreshold = 5"),
            ["tiers.tier: each threshold must be higher than the one before"],
        ),
        (
            tier("name = 'A'\nthreshold = 9", "name = 'B'\nthreshold = 5"),
            ["tiers.tier: each threshold must be higher than the one before"],
        ),
        (
            tier(*(f"name = 'A'\nthreshold = {step}" for step in range(1, 11))),
            ["tiers.tier: must be a list of 9 tiers at most"],
        ),
    ],
)
def test_every_fault_is_named(source, named):
    found = faults(source)

    for wanted in named:
        assert [fault for fault in found if fault.startswith(wanted)], found


def test_all_faults_are_named_at_once():
    source = HEAD + 'currency = "USD"\n[earning]\nrounding = "x"\n[expiry]\nvalid_months = -1\n'

    assert [fault.split(":")[0] for fault in faults(source)] == [
        "currency",
        "earning.rounding",
        "expiry.valid_months",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "name =",
        "= 5",
        "name = 'a'\nname = 'b'",
        "\x00",
        "{}",
        f"a = {'9' * 5000}",
        f"a = {'[' * 5000}",
    ],
    ids=lambda source: source[:10],
)
def test_what_is_no_toml_says_where_it_stops(source):
    (fault,) = faults(source)

    assert fault.startswith("not readable as TOML: ")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(source):
    with suppress(ProgramFileError):
        assert read_program(source)


def test_no_number_is_ever_a_float():
    def leaves(value):
        if isinstance(value, dict):
            value = list(value.values())
        return (
            [leaf for item in value for leaf in leaves(item)]
            if isinstance(value, list)
            else [value]
        )

    assert {type(leaf) for leaf in leaves(read_program(WHOLE))} == {str, int}


def test_a_tenth_is_a_tenth():
    assert read_program(earning("points_per_unit = 0.1"))["earning"]["points_per_unit"] == "0.1"


def test_a_name_in_one_language_serves_both():
    (only,) = read_program(tier("name_nl = 'Goud'\nname = 'Gold'\nthreshold = 5"))["tiers"]["tier"]

    assert (only["name_nl"], only["name_en"]) == ("Goud", "Gold")


def test_the_fingerprint_is_that_of_what_is_said_and_not_of_how():
    other = WHOLE.replace("0.1", "0.1000").replace('" Marktzicht "', '"Marktzicht"')
    other = other.replace('"2026-01-01T00:00:00+01:00"', "2025-12-31T23:00:00Z") + "# a remark\n"

    assert digest(read_program(other)) == digest(read_program(WHOLE))


def test_another_rule_is_another_fingerprint():
    other = WHOLE.replace("valid_months = 24", "valid_months = 12")

    assert digest(read_program(other)) != digest(read_program(WHOLE))


def test_the_fingerprint_does_not_change_from_one_release_to_the_next():
    assert digest(read_program(HEAD)) == FINGERPRINT


FINGERPRINT = "310d657f7072c0d08125e89f289a5703c24378fe33eb27e3b6d7934bda7ac82e"
