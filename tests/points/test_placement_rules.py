"""Where a member belongs on a day: grace, steps and windows, derived from time alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points.placement import FOREVER, Standing, first_day_below, place, status_on
from points.rules import FallStep, Rules, TierRule

START = date(2026, 1, 1)
DAY = timedelta(days=1)


def rules(step=FallStep.ONE, *, window=365, grace=30, thresholds=(500, 1500)):
    return Rules(
        number=1,
        name="Marktzicht",
        effective_at=datetime(2020, 1, 1, tzinfo=UTC),
        zone=ZoneInfo("Europe/Amsterdam"),
        window_days=window,
        grace_days=grace,
        fall_step=step,
        tiers=tuple(TierRule(f"T{one}", f"T{one}", one) for one in thresholds),
    )


def standing(rank, days, today, version, since=START):
    return place(rank=rank, since=since, days=days, today=today, rules=version)


def rank_on(rank, days, today, version, since=START):
    return standing(rank, days, today, version, since)[-1].rank


# The window


def test_the_window_ends_with_today_and_holds_so_many_days():
    days = [(START, 100)]

    assert status_on(days, START - DAY, 365) == 0
    assert status_on(days, START, 365) == 100
    assert status_on(days, START + 364 * DAY, 365) == 100
    assert status_on(days, START + 365 * DAY, 365) == 0


def test_a_year_is_so_many_days_in_a_leap_year_too():
    bought = date(2023, 3, 1)

    assert status_on([(bought, 100)], date(2024, 2, 28), 365) == 100
    assert status_on([(bought, 100)], date(2024, 2, 29), 365) == 0


def test_a_window_of_one_day_is_today():
    assert status_on([(START, 100)], START, 1) == 100
    assert status_on([(START, 100)], START + DAY, 1) == 0


# The first day below


def test_the_first_day_below_is_when_the_purchase_leaves_the_window():
    assert first_day_below([(START, 500)], 500, 365, START) == START + 365 * DAY


def test_exactly_at_the_threshold_is_not_below():
    assert first_day_below([(START, 499)], 500, 365, START) == START
    assert first_day_below([(START, 500)], 500, 365, START) != START


def test_a_dip_that_was_made_good_does_not_count():
    days = [(START, 500), (START + 370 * DAY, 500)]

    assert first_day_below(days, 500, 365, START) == START + (370 + 365) * DAY


def test_nobody_is_below_a_threshold_of_nothing():
    assert first_day_below([], 0, 365, START) is None


def test_what_was_bought_before_counts_for_as_long_as_the_window_sees_it():
    days = [(START - 100 * DAY, 500)]

    assert first_day_below(days, 500, 365, START) == START + 265 * DAY


# Rising


@pytest.mark.parametrize(
    ("status", "rank"), [(0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2), (99_999, 2)]
)
def test_a_member_stands_where_the_window_says(status, rank):
    assert rank_on(0, [(START, status)] if status else [], START, rules()) == rank


def test_a_rise_begins_today():
    (risen,) = standing(0, [(START, 500)], START + 5 * DAY, rules())

    assert (risen.rank, risen.since) == (1, START + 5 * DAY)


def test_a_refund_may_leave_too_little_to_rise():
    # A refund lowers the purchase's own points, at its own date.
    assert rank_on(0, [(START, 500 - 1)], START, rules()) == 0


# Falling


def test_grace_begins_on_the_first_day_below():
    below = START + 365 * DAY
    days = [(START, 500)]

    assert rank_on(1, days, below + 29 * DAY, rules()) == 1
    assert rank_on(1, days, below + 30 * DAY, rules()) == 0


def test_a_fall_takes_effect_on_the_day_after_the_grace_whenever_it_is_found():
    found = standing(1, [(START, 500)], START + 500 * DAY, rules())

    assert found == [Standing(0, START + 395 * DAY, FOREVER)]


def test_without_grace_one_falls_on_the_first_day_below():
    days = [(START, 500)]

    assert rank_on(1, days, START + 364 * DAY, rules(grace=0)) == 1
    assert rank_on(1, days, START + 365 * DAY, rules(grace=0)) == 0


def test_who_buys_again_within_the_grace_stays():
    days = [(START, 500), (START + 380 * DAY, 500)]

    assert rank_on(1, days, START + 400 * DAY, rules()) == 1


def test_who_is_exactly_at_the_threshold_stays():
    days = [(START, 1), (START + 10 * DAY, 499)]

    assert rank_on(1, days, START + 364 * DAY, rules(grace=0)) == 1
    assert rank_on(1, days, START + 365 * DAY, rules(grace=0)) == 0


def test_a_refund_begins_the_grace_where_the_rest_is_too_little():
    # 100 of 600 went back: from then on the purchase itself counts 400 less.
    refunded = [(START, 200)]

    assert rank_on(1, refunded, START + 29 * DAY, rules()) == 1
    assert rank_on(1, refunded, START + 30 * DAY, rules()) == 0


def test_one_step_at_a_time_with_grace_anew():
    days = [(START, 1500)]
    below = START + 365 * DAY

    falls = standing(2, days, below + 100 * DAY, rules(FallStep.ONE))

    assert [(one.rank, one.since) for one in falls] == [
        (1, below + 30 * DAY),
        (0, below + 60 * DAY),
    ]


def test_a_full_fall_ends_where_the_window_says():
    days = [(START, 1000), (START + 200 * DAY, 500)]
    below = START + 365 * DAY

    (fall,) = standing(2, days, below + 30 * DAY, rules(FallStep.FULL))

    assert (fall.rank, fall.since) == (1, below + 30 * DAY)


def test_a_full_fall_may_go_all_the_way():
    (fall,) = standing(2, [(START, 1500)], START + 395 * DAY, rules(FallStep.FULL))

    assert fall.rank == 0


def test_where_nobody_falls_nobody_falls():
    version = rules(FallStep.NONE)

    assert standing(2, [], START + 5000 * DAY, version) == [Standing(2, START, FOREVER)]


def test_a_rank_that_is_no_more_becomes_the_highest_there_is():
    version = rules(thresholds=(500,))
    today = START + DAY

    found = standing(2, [(START, 600)], today, version)

    assert found == [Standing(1, today, START + (365 + 30) * DAY)]


def test_a_member_without_rank_is_never_reviewed():
    assert standing(0, [], START, rules()) == [Standing(0, START, FOREVER)]


def test_the_day_to_look_again_is_the_day_of_the_fall():
    (now,) = standing(1, [(START, 500)], START, rules())

    assert now.review_on == START + (365 + 30) * DAY
    assert rank_on(1, [(START, 500)], now.review_on - DAY, rules()) == 1
    assert rank_on(1, [(START, 500)], now.review_on, rules()) == 0


def test_the_grace_of_a_leap_day_ends_in_time():
    version = rules(window=365, grace=1)
    bought = date(2023, 2, 28)

    (now,) = standing(1, [(bought, 500)], bought, version, since=bought)

    assert now.review_on == date(2024, 2, 29)  # below on the 28th


# Derived from time


@st.composite
def histories(draw):
    """A member's days of buying over two short years, and the rules they live under."""
    version = rules(
        draw(st.sampled_from(FallStep)),
        window=draw(st.integers(5, 25)),
        grace=draw(st.integers(0, 5)),
        thresholds=draw(st.sampled_from([(10,), (10, 30), (10, 30, 60), (1, 2, 3, 4)])),
    )
    bought = st.tuples(st.integers(0, 90), st.sampled_from([1, 5, 10, 20, 30, 60]))
    days = draw(st.lists(bought, max_size=8).map(sorted))
    return version, [(START + offset * DAY, points) for offset, points in days]


@st.composite
def days_at_work(draw):
    """Some nights of a hundred on which the job runs; the last is among them."""
    return sorted({*draw(st.sets(st.integers(1, 100), max_size=3)), 100})


def lived(version, days, nights):
    """
    Return the rank after a hundred days.

    At the beginning of a day the job runs, if it runs that night, and catches up with the
    nights it missed, looking at who has a rank and is due; a purchase raises at once.
    """
    rank, since, review, missed = 0, START, None, []
    for offset in range(101):
        today = START + offset * DAY
        missed.append(today)
        known = [(day, points) for day, points in days if day < today]
        while offset in nights and missed:
            night = missed.pop(0)
            if rank and (review is None or review <= night):
                last = place(rank=rank, since=since, days=known, today=night, rules=version)[-1]
                since = since if last.rank == rank else last.since
                rank, review = last.rank, last.review_on
        known += [(day, points) for day, points in days if day == today]
        merited = version.merited(status_on(known, today, version.window_days))
        if merited > rank and known[-1][0] == today:
            rank, since, review = merited, today, None
    return rank


@settings(max_examples=300)
@given(histories(), days_at_work())
def test_a_job_that_missed_nights_ends_where_a_punctual_one_does(history, nights):
    version, days = history

    assert lived(version, days, nights) == lived(version, days, range(101))


def test_what_was_bought_after_a_fall_that_is_found_late_raises_again():
    version = rules(FallStep.FULL)
    below = START + 365 * DAY
    days = [(START, 1500), (below + 50 * DAY, 600)]

    found = standing(2, days, below + 60 * DAY, version)

    assert [(one.rank, one.since) for one in found] == [
        (0, below + 30 * DAY),
        (1, below + 50 * DAY),
    ]


@given(histories())
def test_looking_again_the_same_night_changes_nothing(history):
    version, days = history
    tonight = START + 60 * DAY
    known = [(day, points) for day, points in days if day <= tonight]
    first = place(rank=1, since=START, days=known, today=tonight, rules=version)[-1]

    again = place(rank=first.rank, since=first.since, days=known, today=tonight, rules=version)

    assert again == [first]


@given(histories(), st.integers(1, 3), st.integers(1, 60))
def test_once_after_many_nights_is_the_same_as_every_night(history, rank, missed):
    """Nothing bought meanwhile: the job may be late, its standings are not."""
    version, days = history
    rank = min(rank, version.top)
    bought = [(START - (day - START), points) for day, points in days]  # all before the start
    begun = next(iter(rising(version, bought, rank)), None)
    rank = begun if begun is not None else rank
    nights = [START + offset * DAY for offset in range(missed + 1)]

    every = fallen(version, bought, rank, nights)
    once = fallen(version, bought, rank, nights[-1:])

    assert every == once


def rising(version, days, rank):
    merited = version.merited(status_on(days, START, version.window_days))
    return [merited] if merited > rank else []


def fallen(version, days, rank, nights):
    """Return all (rank, since) that these nights write, and the day to look again."""
    since, written, review = START, [], None
    for night in nights:
        for one in place(rank=rank, since=since, days=days, today=night, rules=version):
            if one.rank != rank:
                written.append((one.rank, one.since))
                rank, since = one.rank, one.since
            review = one.review_on
    return written, review


@given(histories())
def test_nobody_falls_before_the_day_to_look_again(history):
    version, days = history
    today = START + 45 * DAY
    known = [(day, points) for day, points in days if day <= today]
    current = place(rank=1, since=START, days=known, today=today, rules=version)[-1]
    if current.review_on == FOREVER:
        return

    def rank(day):
        return rank_on(current.rank, known, day, version, current.since)

    assert rank(current.review_on - DAY) == current.rank or current.review_on <= today
    assert rank(current.review_on) < current.rank
