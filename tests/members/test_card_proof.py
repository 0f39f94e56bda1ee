"""The code on a card is right for five minutes and on no other card."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.card_proof import code, step_at, verify, was_true

KEY = b"a key of thirty-two bytes or so.."
AT = datetime(2026, 6, 15, 10, 0, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("seconds", "digits"),
    # RFC 6238, appendix B, the rows of SHA-256.
    [
        (59, "46119246"),
        (1111111109, "68084774"),
        (1111111111, "67062674"),
        (1234567890, "91819424"),
        (2000000000, "90698825"),
        (20000000000, "77737706"),
    ],
)
def test_a_code_is_that_of_the_standard(seconds, digits):
    at = datetime.fromtimestamp(seconds, UTC)

    assert code(b"12345678901234567890123456789012", step_at(at)) == digits


def test_a_code_shown_now_is_accepted_with_its_step():
    assert verify(KEY, code(KEY, step_at(AT)), AT) == step_at(AT)


@pytest.mark.parametrize("steps", [-10, -1, 1])
def test_a_code_of_the_last_five_minutes_or_of_a_fast_clock_is_accepted(steps):
    shown = code(KEY, step_at(AT) + steps)

    assert verify(KEY, shown, AT) == step_at(AT) + steps


@pytest.mark.parametrize("steps", [-11, 2])
def test_a_code_from_before_or_far_ahead_is_not(steps):
    assert verify(KEY, code(KEY, step_at(AT) + steps), AT) is None


def test_an_old_code_is_known_to_have_been_true_for_an_hour():
    earlier = code(KEY, step_at(AT) - 120)

    assert was_true(KEY, earlier, AT)
    assert not was_true(KEY, earlier, AT + STEP)
    assert not was_true(KEY, code(KEY, step_at(AT) + 1), AT)


@given(st.binary(min_size=16, max_size=32), st.datetimes(timezones=st.just(UTC)))
def test_every_code_has_eight_digits_and_its_own_key(key, at):
    if at.year < 1970:
        at = at.replace(year=1970 + at.year % 100)
    shown = code(key, step_at(at))

    assert len(shown) == 8
    assert shown.isdecimal()
    assert verify(key, shown, at) is not None
    assert verify(key + b"!", shown, at) is None or shown == code(key + b"!", step_at(at))


@pytest.mark.parametrize(
    "shown", ["", "1234567", "123456789", "abcdefgh", "１２３４５６７８", "é" * 8]
)
def test_what_is_no_code_is_never_accepted(shown):
    assert verify(KEY, shown, AT) is None


def test_the_first_half_minute_of_all_has_no_step_before_it():
    at = datetime.fromtimestamp(1, UTC)

    assert verify(KEY, code(KEY, 0), at) == 0
