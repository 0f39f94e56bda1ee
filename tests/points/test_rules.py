"""A program version as rules: rounding, tiers, and which version is in force."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.rules import Program, Rounding, Rules, TierRule

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
amounts = st.decimals("0.01", "9999999.99", places=2)
rates = st.decimals("0.0001", "1000", places=4)
multipliers = st.decimals("1", "10", places=4)
thresholds = st.lists(st.integers(1, 10**9), min_size=1, max_size=9, unique=True).map(sorted)
EXACT = {
    Rounding.DOWN: floor,
    Rounding.UP: ceil,
    Rounding.HALF_UP: lambda amount: floor(amount + Fraction(1, 2)),
}


def tiers(*steps):
    return tuple(
        TierRule(f"Trede {rank}", f"Tier {rank}", threshold, Decimal(multiplier))
        for rank, (threshold, multiplier) in enumerate(steps, start=1)
    )


def rules(**changes):
    fields = {
        "number": 1,
        "name": "Marktzicht",
        "effective_at": NOW,
        "zone": ZoneInfo("Europe/Amsterdam"),
    }
    return Rules(**fields | changes)


SILVER_AND_GOLD = tiers((500, "1.25"), (1500, "1.5"))


@pytest.mark.parametrize(
    ("rounding", "amount", "points"),
    [
        (Rounding.DOWN, "0.99", 0),
        (Rounding.DOWN, "1.00", 1),
        (Rounding.DOWN, "24.99", 24),
        (Rounding.HALF_UP, "0.49", 0),
        (Rounding.HALF_UP, "0.50", 1),
        (Rounding.HALF_UP, "1.50", 2),  # not to even
        (Rounding.HALF_UP, "2.50", 3),
        (Rounding.UP, "0.01", 1),
        (Rounding.UP, "1.00", 1),
        (Rounding.UP, "1.01", 2),
    ],
)
def test_points_are_rounded_as_the_version_says(rounding, amount, points):
    assert rules(rounding=rounding).value(Decimal(amount), 0) == (points, points)


@pytest.mark.parametrize("base", ["0", "0.00", "-0.01", "-25"])
@pytest.mark.parametrize("rounding", list(Rounding))
def test_a_base_of_nothing_earns_nothing(base, rounding):
    assert rules(rounding=rounding).value(Decimal(base), 0) == (0, 0)


@given(amounts, rates, multipliers, st.sampled_from(Rounding))
def test_points_are_exact(base, rate, multiplier, rounding):
    version = rules(points_per_unit=rate, rounding=rounding, tiers=tiers((1, str(multiplier))))
    plain = Fraction(base) * Fraction(rate)

    points, status = version.value(base, 1)

    assert status == EXACT[rounding](plain)
    assert points == EXACT[rounding](plain * Fraction(multiplier))


def test_points_are_rounded_once():
    version = rules(rounding=Rounding.DOWN, tiers=tiers((1, "1.5")))

    assert version.value(Decimal("1.50"), 1) == (2, 1)  # 2.25, not 1.5 x 1


def test_tenths_are_tenths():
    version = rules(points_per_unit=Decimal("0.1"))

    assert version.value(Decimal("3.00") * 10, 0) == (3, 3)
    assert version.value(Decimal("0.70") * 100, 0) == (7, 7)


@given(amounts, amounts)
def test_more_money_never_earns_less(one, other):
    version = rules(tiers=SILVER_AND_GOLD)
    less, more = sorted([one, other])

    assert version.value(less, 2) <= version.value(more, 2)


def test_a_rank_multiplies_points_and_leaves_status_alone():
    version = rules(tiers=SILVER_AND_GOLD)

    assert version.value(Decimal(100), 0) == (100, 100)
    assert version.value(Decimal(100), 1) == (125, 100)
    assert version.value(Decimal(100), 2) == (150, 100)


def test_a_rank_that_this_version_does_not_have_counts_as_its_highest():
    assert rules(tiers=SILVER_AND_GOLD).multiplier(9) == Decimal("1.5")
    assert rules().multiplier(9) == Decimal(1)


@pytest.mark.parametrize(
    ("status", "rank"),
    [(0, 0), (499, 0), (500, 1), (501, 1), (1499, 1), (1500, 2), (10**12, 2)],
)
def test_a_rank_is_reached_exactly_at_its_threshold(status, rank):
    assert rules(tiers=SILVER_AND_GOLD).merited(status) == rank


@given(thresholds)
def test_every_threshold_is_just_enough(steps):
    version = rules(tiers=tiers(*((step, "1") for step in steps)))

    for rank in range(1, version.top + 1):
        assert version.merited(version.threshold(rank)) == rank
        assert version.merited(version.threshold(rank) - 1) == rank - 1


def test_without_tiers_everybody_stays_where_all_begin():
    assert rules().merited(10**9) == 0
    assert rules().top == 0


def test_excluded_categories_do_not_mind_capitals():
    assert rules(excluded_categories=("Tabak", "STRASSE")).excluded == {"tabak", "strasse"}


def test_a_version_is_in_force_from_its_very_instant_until_the_next():
    first = rules(number=1, effective_at=NOW)
    second = rules(number=2, effective_at=NOW + timedelta(days=1))
    program = Program([second, first])
    blink = timedelta(microseconds=1)

    assert program.at(NOW - blink) is None
    assert program.at(NOW) is first
    assert program.at(NOW + timedelta(days=1) - blink) is first
    assert program.at(NOW + timedelta(days=1)) is second
    assert program.numbered(2) is second


def test_without_versions_nothing_is_in_force():
    assert Program([]).at(NOW) is None
