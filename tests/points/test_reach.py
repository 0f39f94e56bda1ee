"""What one purchase must bring to reach a tier or to keep it, held against the placement."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from points.placement import place, status_on, to_rise, to_stay
from points.rules import FallStep, Rounding, Rules, TierRule

START = date(2026, 1, 1)
DAY = timedelta(days=1)
CENT = Decimal("0.01")


def rules(
    step=FallStep.ONE, *, window=365, grace=30, thresholds=(500, 1500), rate="1", rounding="down"
):
    return Rules(
        number=1,
        name="Marktzicht",
        effective_at=datetime(2020, 1, 1, tzinfo=UTC),
        zone=ZoneInfo("Europe/Amsterdam"),
        points_per_unit=Decimal(rate),
        rounding=Rounding(rounding),
        window_days=window,
        grace_days=grace,
        fall_step=step,
        tiers=tuple(TierRule(f"T{one}", f"T{one}", one) for one in thresholds),
    )


# Reaching the next


def test_the_next_tier_asks_what_the_window_lacks():
    days = [(START, 100), (START + 10 * DAY, 316)]

    reach = to_rise(rank=0, days=days, today=START + 20 * DAY, rules=rules())

    assert (reach.missing, reach.amount) == (84, Decimal("84.00"))
    assert reach.before == START + 365 * DAY


def test_who_has_bought_nothing_is_in_no_hurry():
    reach = to_rise(rank=0, days=[], today=START, rules=rules())

    assert (reach.missing, reach.before) == (500, None)


def test_above_the_top_there_is_nothing_to_reach():
    assert to_rise(rank=2, days=[(START, 2000)], today=START, rules=rules()) is None


def test_who_only_waits_for_the_nightly_placement_is_asked_nothing():
    assert to_rise(rank=0, days=[(START, 600)], today=START, rules=rules()) is None


# Keeping


def test_a_tier_is_kept_by_what_will_lack_on_the_last_day_of_the_grace():
    # 500 leave on day 365; 416 bought later stay; the fall would be on day 395.
    days = [(START, 500), (START + 100 * DAY, 416)]

    keep = to_stay(rank=1, since=START, days=days, today=START + 200 * DAY, rules=rules())

    assert (keep.missing, keep.amount) == (84, Decimal("84.00"))
    assert keep.before == START + 395 * DAY


def test_what_leaves_during_the_grace_must_be_bought_too():
    days = [(START, 500), (START + 20 * DAY, 400)]

    keep = to_stay(rank=1, since=START, days=days, today=START + 200 * DAY, rules=rules())

    assert keep.missing == 500


def test_without_grace_the_day_before_is_the_last():
    days = [(START, 500), (START + 100 * DAY, 416)]

    keep = to_stay(rank=1, since=START, days=days, today=START + 200 * DAY, rules=rules(grace=0))

    assert (keep.missing, keep.before) == (84, START + 365 * DAY)


def test_in_the_grace_the_day_of_the_fall_stands():
    days = [(START, 500)]

    keep = to_stay(rank=1, since=START, days=days, today=START + 394 * DAY, rules=rules())

    assert (keep.missing, keep.before) == (500, START + 395 * DAY)


@pytest.mark.parametrize(
    ("rank", "today", "version"),
    [
        (0, START, rules()),
        (1, START, rules(FallStep.NONE)),
        (1, START + 395 * DAY, rules()),  # falls tonight
        (3, START, rules()),  # a rank that is no more
    ],
)
def test_there_is_nothing_to_keep(rank, today, version):
    days = [(START, 500)]

    assert to_stay(rank=rank, since=START, days=days, today=today, rules=version) is None


def test_a_window_of_a_day_without_grace_cannot_be_kept_by_buying_before():
    version = rules(window=1, grace=0)

    assert to_stay(rank=1, since=START, days=[(START, 500)], today=START, rules=version) is None


# Held against the placement, by brute force


@st.composite
def members(draw):
    """A member who has a rank today and what they bought, under short windows."""
    version = rules(
        draw(st.sampled_from([FallStep.ONE, FallStep.FULL])),
        window=draw(st.integers(1, 15)),
        grace=draw(st.sampled_from([0, 0, 1, 2, 5, 20])),
        thresholds=draw(st.sampled_from([(10,), (10, 30), (5, 10, 60)])),
    )
    today = START + draw(st.integers(0, 30)) * DAY
    bought = st.tuples(st.integers(-15, 30), st.sampled_from([1, 3, 5, 10, 20, 30]))
    days = [
        (day, points)
        for offset, points in sorted(draw(st.lists(bought, max_size=8)))
        if (day := START + offset * DAY) <= today
    ]
    now = place(
        rank=draw(st.integers(1, version.top)), since=START, days=days, today=today, rules=version
    )[-1]
    return version, days, today, now


def rank_on(day, now, days, version):
    return place(rank=now.rank, since=now.since, days=days, today=day, rules=version)[-1].rank


def rank_after_buying(points, on, day, now, days, version):
    """Return the rank on a day after buying once: a purchase raises at once, nights may lower."""
    bought = [*days, (on, points)]
    merited = version.merited(status_on(bought, on, version.window_days))
    rank, since = (merited, on) if merited > now.rank else (now.rank, now.since)
    return place(rank=rank, since=since, days=bought, today=day, rules=version)[-1].rank


@settings(max_examples=400)
@given(members())
def test_so_much_on_any_day_before_keeps_the_tier(someone):
    version, days, today, now = someone
    keep = to_stay(rank=now.rank, since=now.since, days=days, today=today, rules=version)
    assume(keep is not None)
    below = keep.before - version.grace_days * DAY

    assert rank_on(keep.before, now, days, version) < now.rank
    assert rank_on(keep.before - DAY, now, days, version) == now.rank
    for offset in range((keep.before - today).days):
        day = today + offset * DAY
        if day + version.window_days * DAY <= below:  # leaves together with all the rest
            assert day == today
        elif not (version.fall_step is FallStep.FULL and rises(keep.missing, day, now, someone)):
            after = rank_after_buying(keep.missing, day, keep.before, now, days, version)
            assert after >= now.rank


def rises(points, day, now, someone):
    version, days, _today, _now = someone
    return version.merited(status_on([*days, (day, points)], day, version.window_days)) > now.rank


@settings(max_examples=400)
@given(members())
def test_less_on_the_last_day_does_not_keep_it(someone):
    version, days, today, now = someone
    keep = to_stay(rank=now.rank, since=now.since, days=days, today=today, rules=version)
    assume(keep is not None and keep.missing > 1)

    last = keep.before - DAY
    assert rank_after_buying(keep.missing - 1, last, keep.before, now, days, version) < now.rank


@settings(max_examples=300)
@given(members())
def test_whoever_may_fall_is_told_what_keeps_the_tier(someone):
    version, days, today, now = someone
    assume(now.rank and version.window_days + version.grace_days > 1)
    keep = to_stay(rank=now.rank, since=now.since, days=days, today=today, rules=version)

    assert keep is not None


@settings(max_examples=300)
@given(members())
def test_so_much_before_the_day_reaches_the_next_tier(someone):
    version, days, today, now = someone
    reach = to_rise(rank=now.rank, days=days, today=today, rules=version)
    assume(reach is not None)
    days_to_buy = (reach.before - today).days if reach.before else 20

    for offset in range(days_to_buy):
        day = today + offset * DAY
        bought = [*days, (day, reach.missing)]
        less = [*days, (day, reach.missing - 1)]
        assert version.merited(status_on(bought, day, version.window_days)) > now.rank
        assert version.merited(status_on(less, day, version.window_days)) <= now.rank
    if reach.before:
        late = [*days, (reach.before, reach.missing)]
        assert version.merited(status_on(late, reach.before, version.window_days)) <= now.rank


# The least amount


@settings(max_examples=500)
@given(
    st.integers(1, 2_000),
    st.decimals("0.0001", "1000", places=4),
    st.sampled_from(list(Rounding)),
)
def test_the_amount_is_the_least_that_earns_so_many_status_points(points, rate, rounding):
    version = rules(rate=str(rate), rounding=rounding)

    amount = version.least_base(points)

    assert amount == amount.quantize(CENT)
    assert version.value(amount, 0)[1] >= points
    assert version.value(amount - CENT, 0)[1] < points


@pytest.mark.parametrize(
    ("rate", "rounding", "amount"),
    [
        ("1", "down", "84.00"),
        ("1", "half_up", "83.50"),
        ("1", "up", "83.01"),
        ("0.5", "down", "168.00"),
        ("3", "down", "28.00"),
        ("0.9", "down", "93.34"),
    ],
)
def test_the_amount_follows_rate_and_rounding(rate, rounding, amount):
    assert rules(rate=rate, rounding=rounding).least_base(84) == Decimal(amount)
