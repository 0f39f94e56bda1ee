"""Card numbers: EAN-13, in the in-store range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.card_number import check_digit, is_card_number, new_card_number

twelve_digits = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize(
    ("known", "digit"),
    [
        ("400638133393", 1),  # a box of Stabilo pens
        ("590123412345", 7),  # the worked example of many a textbook
        ("978020137962", 4),  # an ISBN
        ("629104150021", 3),  # GS1's own example
        ("000000000000", 0),
    ],
)
def test_the_check_digit_is_that_of_known_numbers(known, digit):
    assert check_digit(known) == digit


@given(twelve_digits, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(body, place, change):
    wrong = f"{body[:place]}{(int(body[place]) + change) % 10}{body[place + 1 :]}"

    assert check_digit(wrong) != check_digit(body)


def test_a_new_number_is_a_card_number():
    assert all(is_card_number(new_card_number()) for _ in range(200))


def test_new_numbers_differ():
    assert len({new_card_number() for _ in range(200)}) == 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4006381333931",  # valid, but not ours
        "2000000000001",  # a wrong check digit
        "200000000000",
        "20000000000008",
        "2000000000008\n",
        "٢٠٠٠٠٠٠٠٠٠٠٠٨",
        "two hundred!!",
    ],
)
def test_other_texts_are_no_card_numbers(text):
    assert not is_card_number(text)
