"""The past under other rules: pure, so without a database."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.events import Credit, Debit, Line, Refund, Restore
from points.kinds import Kind
from points.local_time import NEVER
from points.program_file import read_program
from points.replay import share, substance, things_named
from tests import make
from tests.points.replaying import SINCE, UNTIL, bought, compared, history, rules


def at(days):
    return SINCE + timedelta(days=days)


def test_what_was_bought_earns_under_both():
    result = compared(history(bought("a", "10.00", 1), bought("b", "5.50", 2)))

    assert result["today"]["earned"] == 15
    assert result["draft"]["earned"] == 31
    assert (result["spent"], result["purchases"], result["members"]) == ("15.50", 2, 1)


def test_members_win_lose_or_stay_the_same():
    small = history(bought("a", "10.00", 1, member=1), member=1)
    tobacco = Line(1, "7", "", "Tobacco", Decimal(1), Decimal("40.00"))
    smoker = history(bought("b", "40.00", 1, member=2, lines=(tobacco,)), member=2)
    cents = history(bought("c", "0.40", 1, member=3), member=3)

    result = compared(small, smoker, cents, draft=rules(2, rate=2, excluded='["Tobacco"]'))

    assert result["winners"] == {
        "members": 1,
        "points": 10,
        "examples": [{"member": 1, "today": 10, "draft": 20}],
    }
    assert result["losers"]["points"] == -40
    assert result["losers"]["examples"] == [{"member": 2, "today": 40, "draft": 0}]
    assert result["same"] == 1
    assert result["classes"] == [[-50, 1], [0, 1], [10, 1]]


def test_the_five_who_win_most_are_named():
    members = [history(bought("a", f"{n}.00", 1, member=n), member=n) for n in range(1, 10)]

    examples = compared(*members)["winners"]["examples"]

    assert [one["member"] for one in examples] == [9, 8, 7, 6, 5]


def test_identical_rules_differ_in_nothing():
    events = [bought(str(n), "80.00", n * 20) for n in range(15)]
    events.append(Debit("d", 1, at(100), 300))
    mine = history(*events, lots=[(40, SINCE, at(30))], tier=1, tier_since=at(-9))

    result = compared(mine, draft=rules(2))

    assert {**result["today"]} == {**result["draft"]}
    assert result["same"] == 1


def test_a_redemption_that_the_draft_does_not_cover_goes_as_far_as_it_can():
    mine = history(bought("a", "100.00", 1), Debit("d", 1, at(2), 80))

    result = compared(mine, draft=rules(2, rate="0.5"))

    assert (result["today"]["redeemed"], result["today"]["cut"]) == (80, 0)
    assert (result["draft"]["redeemed"], result["draft"]["cut"]) == (50, 1)
    assert result["draft"]["missing"] == 30
    assert result["draft"]["outstanding"] == 0


def test_what_was_given_back_comes_back_as_far_as_it_was_taken():
    mine = history(
        bought("a", "100.00", 1), Debit("1:d", 1, at(2), 80), Restore("r", 1, at(3), "1:d", 60)
    )

    result = compared(mine, draft=rules(2, rate="0.5"))

    assert result["today"]["redeemed"] == 20
    assert result["draft"]["redeemed"] == 0
    assert result["draft"]["outstanding"] == 50


def test_a_return_takes_back_what_it_earned_under_each():
    mine = history(bought("a", "100.00", 1), Refund("r", 1, at(5), Decimal("30.00"), "a"))

    result = compared(mine)

    assert (result["today"]["earned"], result["draft"]["earned"]) == (70, 140)
    assert result["spent"] == "70.00"


def test_points_that_staff_gave_are_the_same_and_not_earned():
    mine = history(Credit("g", 1, at(1), 50), bought("a", "10.00", 2))

    result = compared(mine)

    assert (result["today"]["earned"], result["today"]["outstanding"]) == (10, 60)
    assert (result["draft"]["earned"], result["draft"]["outstanding"]) == (20, 70)


def test_who_joined_in_the_period_gets_the_welcome_of_each():
    mine = history(joined_at=at(3))

    result = compared(mine, today=rules(welcome_bonus=10), draft=rules(2, welcome_bonus=100))

    assert (result["today"]["earned"], result["draft"]["earned"]) == (10, 100)
    assert result["winners"]["members"] == 1


def test_both_begin_with_the_same_points_which_end_on_their_date():
    ends, stays = (40, SINCE, at(30)), (25, SINCE, NEVER)

    result = compared(history(bought("a", "10.00", 1), lots=[ends, stays]))

    assert result["opening"] == 65
    for side, earned in (("today", 10), ("draft", 20)):
        assert result[side]["expired"] == 40
        assert result[side]["outstanding"] == 25 + earned


def test_a_debt_of_before_is_paid_out_of_what_is_earned():
    result = compared(history(bought("a", "10.00", 1), debt=15))

    assert (result["today"]["owed"], result["today"]["outstanding"]) == (5, 0)
    assert (result["draft"]["owed"], result["draft"]["outstanding"]) == (0, 5)


def test_shorter_validity_expires_more():
    result = compared(history(bought("a", "10.00", 1)), draft=rules(2, valid_months=3))

    assert (result["today"]["expired"], result["draft"]["expired"]) == (0, 10)
    assert result["draft"]["outstanding"] == 0


def test_members_move_between_tiers():
    rising = history(*(bought(str(n), "90.00", n, member=1) for n in range(3)), member=1)
    staying = history(bought("x", "90.00", 1, member=2), member=2)

    result = compared(rising, staying)

    assert result["moves"] == [[0, 0, 1], [0, 1, 1]]
    assert result["today"]["tiers"] == [["Zilver", "Silver"], ["Goud", "Gold"]]


def test_who_stays_below_falls_on_the_night_that_the_nightly_job_would_let_them():
    falls_on = UNTIL.date() - timedelta(days=31)
    silver = {"tier": 1, "tier_since": at(-300), "days": [(at(-30).date(), 600)]}
    early, late = falls_on - timedelta(days=365), falls_on - timedelta(days=333)
    fell = silver | {"days": [(early, 600)]}
    stands = silver | {"days": [(late, 600)]}

    result = compared(
        history(member=1, **fell), history(member=2, **stands), draft=rules(2, step="none")
    )

    assert result["moves"] == [[0, 1, 1], [1, 1, 1]]


def test_a_lower_threshold_raises_on_the_first_night():
    mine = history(days=[(at(-1).date(), 450)])
    silver, gold = rules(2).tiers
    lower = replace(rules(2), tiers=(replace(silver, threshold=400), gold))

    result = compared(mine, draft=lower)

    assert result["moves"] == [[0, 1, 1]]


def test_who_neither_bought_nor_joined_counts_for_what_is_outstanding_alone():
    result = compared(history(lots=[(30, SINCE, NEVER)]))

    assert (result["members"], result["quiet"], result["same"]) == (0, 1, 0)
    assert result["today"]["outstanding"] == 30


def test_a_share_of_nothing_is_not_known():
    assert share(100, Decimal("0.01"), Decimal(50)) == Decimal("0.02")
    assert share(100, Decimal("0.01"), Decimal(0)) is None


def test_a_draft_with_another_date_or_name_says_the_same():
    one = read_program(make.program_toml())
    other = read_program(make.program_toml(effective_at="2030-01-01T00:00:00+01:00"))

    assert substance(one) == substance(other | {"name": "Anders"})
    assert substance(one) != substance(read_program(make.program_toml(rate=2)))


def test_things_are_found_wherever_rules_name_them():
    program = {
        "earning": {
            "excluded_categories": ["Tabak"],
            "rule": [{"name": "Kaas", "categories": ["Kaas"], "when": {"product": "77-A"}}],
            "rounding": "down",
        }
    }

    assert set(things_named(program)) == {"tabak", "kaas", "77-a"}


@given(
    totals=st.lists(st.integers(1, 30_000), min_size=1, max_size=12),
    spends=st.lists(st.tuples(st.integers(0, 360), st.integers(1, 400)), max_size=5),
    rate=st.sampled_from(["0.5", "1", "1.5", "3"]),
    months=st.sampled_from([0, 1, 6, 12]),
)
def test_points_are_neither_made_nor_lost(totals, spends, rate, months):
    events = [bought(f"p{n}", f"{cents / 100:.2f}", n * 30) for n, cents in enumerate(totals)]
    events += [Debit(f"d{n}", 1, at(day), points) for n, (day, points) in enumerate(spends)]

    result = compared(
        history(*events, lots=[(70, SINCE, at(90))]),
        draft=rules(2, rate=rate, valid_months=months),
    )

    for side in (result["today"], result["draft"]):
        came, went = result["opening"] + side["earned"], side["redeemed"] + side["expired"]
        assert came - went == side["outstanding"] - side["owed"]


@pytest.mark.parametrize("kind", [Kind.ADJUSTED, Kind.GIFT_SENT])
def test_what_staff_or_a_gift_took_counts_as_no_redemption(kind):
    mine = history(bought("a", "10.00", 1), Debit("d", 1, at(2), 15, kind))

    result = compared(mine)

    assert (result["today"]["redeemed"], result["today"]["cut"]) == (0, 0)
    assert (result["today"]["outstanding"], result["draft"]["outstanding"]) == (0, 5)


def test_a_purchase_after_a_fall_earns_at_the_lower_tier():
    mine = history(
        bought("a", "10.00", 100), tier=1, tier_since=at(-350), days=[(at(-340).date(), 600)]
    )

    result = compared(mine, today=rules(silver="2"), draft=rules(2, silver="2", step="none"))

    assert (result["today"]["earned"], result["draft"]["earned"]) == (10, 20)


def test_who_rose_in_the_period_may_fall_in_it():
    mine = history(bought("a", "600.00", 0))

    result = compared(mine, today=rules(grace_days=0), draft=rules(2, rate=1, grace_days=30))

    assert result["moves"] == [[0, 1, 1]]
