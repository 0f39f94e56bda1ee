"""Codes as they are made, and as people type them."""

from hypothesis import given
from hypothesis import strategies as st

from rewards.codes import (
    ALPHABET,
    LENGTH,
    RANDOM,
    check_symbol,
    new_code,
    shown,
    tidy,
)
from rewards.reports.validation import candidates

symbols = st.text(ALPHABET, min_size=RANDOM, max_size=RANDOM)
codes = symbols.map(lambda text: text + check_symbol(text))
TYPED_FOR = {"1": "1IiLl", "0": "0Oo", "V": "VvUu"}


@st.composite
def typed(draw):
    """A code, and a way in which somebody may type it."""
    code = draw(codes)
    signs = [draw(st.sampled_from(TYPED_FOR.get(one, one + one.lower()))) for one in code]
    gaps = [draw(st.sampled_from(["", "", "-", " ", " - ", "\t"])) for _ in code]
    return code, "".join(gap + sign for gap, sign in zip(gaps, signs, strict=True))


@given(typed())
def test_a_code_is_read_however_it_was_typed(case):
    code, text = case

    assert tidy(text) == code


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_each_single_wrong_symbol_is_seen(code, place, other):
    wrong = code[:place] + other + code[place + 1 :]

    assert tidy(wrong) == (code if other == code[place] else "")


def test_every_wrong_symbol_in_every_place_is_seen():
    code = new_code()

    seen = [
        tidy(code[:place] + other + code[place + 1 :])
        for place in range(LENGTH)
        for other in ALPHABET
        if other != code[place]
    ]

    assert seen == [""] * LENGTH * (len(ALPHABET) - 1)


@given(codes)
def test_neighbours_that_changed_places_are_seen_but_for_one_pair(code):
    for place in range(LENGTH - 1):
        one, other = code[place : place + 2]
        swapped = code[:place] + other + one + code[place + 2 :]

        if {one, other} != {"0", "Z"} and one != other:
            assert tidy(swapped) == ""


@given(st.text())
def test_whatever_is_typed_is_a_code_or_nothing(text):
    found = tidy(text)

    assert found == "" or (len(found) == LENGTH and tidy(found) == found)


def test_a_new_code_is_whole_and_shown_in_three_groups():
    code = new_code()

    assert tidy(code) == code
    assert [len(group) for group in shown(code).split("-")] == [5, 5, 5]
    assert tidy(shown(code).lower()) == code


def test_codes_are_not_alike():
    assert len({new_code() for _ in range(10_000)}) == 10_000


def test_a_word_is_looked_for_beside_a_code():
    code = new_code()

    assert candidates("zomer 10") == ["Z0MER10"]
    assert candidates(shown(code)) == [code]
    assert candidates(" - ") == []
