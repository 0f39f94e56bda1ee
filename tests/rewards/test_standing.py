"""What one may have and why not, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.standing import (
    Offer,
    Price,
    Taker,
    Why,
    may_see,
    period_after,
    period_of,
    reasons_not,
)

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
PERIODS = ["day", "week", "month", "year", "ever"]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def prices(draw):
    points, step = draw(st.integers(1, 10_000)), draw(st.integers(1, 1_000))
    return Price(
        points=points,
        value=Decimal(draw(st.integers(1, 5_000))) / 100,
        step_points=step,
        step_value=Decimal(draw(st.integers(1, 500))) / 100,
        most_points=points + draw(st.integers(0, 50_000)),
    )


offers = st.builds(
    Offer,
    points=st.integers(1, 2_000),
    is_live=st.booleans(),
    is_for_all=st.booleans(),
    is_for_invited=st.booleans(),
    tier=st.integers(0, 2),
    from_at=st.none() | moments,
    until_at=st.none() | moments,
    early=st.lists(st.tuples(st.integers(0, 2), moments), max_size=3).map(tuple),
    per_member=st.none() | st.integers(1, 3),
    period=st.sampled_from(PERIODS),
    free=st.none() | st.integers(0, 2),
)
takers = st.builds(
    Taker,
    is_member=st.just(True),
    status=st.sampled_from(["active", "frozen", "closed"]),
    tier=st.integers(0, 2),
    spendable=st.none() | st.integers(0, 3_000),
    is_invited=st.booleans(),
    times=st.integers(0, 3),
    has_piece=st.booleans(),
    before=st.integers(0, 9),
)


def whys(offer, taker, now=NOW):
    return [reason.why for reason in reasons_not(offer, taker, now, now.date())]


@given(prices(), st.integers(0, 100_000))
def test_every_choice_is_a_price_and_no_more_than_can_be_spent(price, spendable):
    choices = price.choices(spendable)

    assert all(price.takes(points) for points in choices)
    assert choices == sorted(set(choices))
    assert len(choices) <= 41
    assert choices[-1] <= max(spendable, price.points)


@given(prices(), st.integers(0, 100_000))
def test_the_highest_price_leaves_less_than_a_step(price, spendable):
    highest = price.highest(spendable)

    assert price.takes(highest)
    following = highest + price.step_points
    assert following > min(max(spendable, price.points), price.most_points)


@given(prices(), st.data())
def test_more_points_are_never_worth_less(price, data):
    few, many = sorted(data.draw(st.sampled_from(price.choices(10**6))) for _ in range(2))

    assert price.worth(few) <= price.worth(many)
    assert price.worth(price.points) == price.value


@given(offers, takers, moments)
def test_who_may_have_it_meets_every_condition(offer, taker, now):
    if whys(offer, taker, now):
        return

    assert offer.is_live
    assert taker.status == "active"
    assert taker.tier >= offer.tier
    assert offer.until_at is None or now < offer.until_at
    early = [at for rank, at in offer.early if rank <= taker.tier]
    assert offer.from_at is None or any(at <= now for at in [offer.from_at, *early])
    assert not offer.is_for_invited or taker.is_invited
    assert offer.free is None or offer.free > 0 or taker.has_piece
    assert taker.spendable is None or taker.spendable >= offer.points
    assert offer.per_member is None or taker.times < offer.per_member


@given(offers, takers, moments)
def test_nobody_stands_worse_for_a_higher_tier_more_points_or_an_invitation(offer, taker, now):
    better = Taker(
        status=taker.status,
        tier=2,
        spendable=None,
        is_invited=True,
        times=0,
        has_piece=True,
        before=0,
    )

    assert set(whys(offer, better, now)) <= set(whys(offer, taker, now))


@given(offers, takers, moments)
def test_early_access_never_opens_later_than_the_window(offer, taker, now):
    late = Offer(points=offer.points, from_at=offer.from_at)

    if Why.NOT_YET in whys(offer, taker, now):
        assert Why.NOT_YET in whys(late, taker, now)


@given(st.sampled_from(PERIODS), days)
def test_a_day_lies_in_its_period(period, day):
    first, after = period_of(period, day), period_after(period, day)

    assert first <= day
    assert after is None or day < after
    assert after is None or period_of(period, after) == after
    assert after is None or period_of(period, after - timedelta(days=1)) == first


@given(offers)
def test_a_stranger_sees_what_is_for_everybody_alone(offer):
    stranger = Taker(is_member=False)

    assert may_see(offer, stranger) == (offer.is_for_all and not offer.is_for_invited)


def test_points_that_are_missing_are_told():
    (reason,) = reasons_not(Offer(points=500), Taker(spendable=160), NOW, TODAY)

    assert (reason.why, reason.missing) == (Why.POINTS, 340)


def test_early_access_is_for_its_tier_and_above():
    opens, early = NOW + timedelta(days=9), NOW - timedelta(days=1)
    offer = Offer(points=1, from_at=opens, early=((1, early),))

    assert whys(offer, Taker(tier=0)) == [Why.NOT_YET]
    assert whys(offer, Taker(tier=1)) == []
    assert whys(offer, Taker(tier=2)) == []


@pytest.mark.parametrize("tier", range(3))
def test_a_window_is_open_from_its_first_moment_and_shut_at_its_last(tier):
    offer = Offer(points=1, from_at=NOW, until_at=NOW + timedelta(hours=1))
    taker = Taker(tier=tier)

    assert whys(offer, taker, NOW - timedelta(seconds=1)) == [Why.NOT_YET]
    assert whys(offer, taker, NOW) == []
    assert whys(offer, taker, NOW + timedelta(hours=1)) == [Why.OVER]


@pytest.mark.parametrize(
    ("period", "again"),
    [
        ("day", date(2026, 6, 16)),
        ("week", date(2026, 6, 22)),
        ("month", date(2026, 7, 1)),
        ("year", date(2027, 1, 1)),
        ("ever", None),
    ],
)
def test_who_had_it_often_enough_hears_when_again(period, again):
    offer = Offer(points=1, per_member=2, period=period)

    (reason,) = reasons_not(offer, Taker(times=2), NOW, TODAY)

    assert (reason.why, reason.again_on) == (Why.LIMIT, again)
