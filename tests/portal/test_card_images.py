"""What a scanner reads off the card is its number."""

import re

import pytest

from members.card_images import barcode, qr, spaced
from members.card_number import is_card_number

# GS1 General Specifications, 5.2: seven modules a digit; set A, and C as its complement.
SET_A = (
    "0001101", "0011001", "0010011", "0111101", "0100011",
    "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
SET_C = ["".join("10"[int(bit)] for bit in code) for code in SET_A]
SET_B = [code[::-1] for code in SET_C]
FIRST = (
    "AAAAAA",
    "AABABB",
    "AABBAB",
    "AABBBA",
    "ABAABB",
    "ABBAAB",
    "ABBBAA",
    "ABABAB",
    "ABABBA",
    "ABBABA",
)
BAR = re.compile(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"[^>]*fill: rgb\(0%')


def modules(drawing):
    """Read the bars of a drawing as 95 ones and zeros."""
    bars = [(float(x), float(width)) for x, width in BAR.findall(drawing)]
    unit = min(width for _x, width in bars)
    start = min(x for x, _width in bars)
    pattern = ["0"] * 95
    for x, width in bars:
        first = round((x - start) / unit)
        for place in range(first, first + round(width / unit)):
            pattern[place] = "1"
    return "".join(pattern)


def decoded(pattern):
    left = [pattern[3 + 7 * place : 10 + 7 * place] for place in range(6)]
    right = [pattern[50 + 7 * place : 57 + 7 * place] for place in range(6)]
    sets = "".join("A" if code in SET_A else "B" for code in left)
    digits = [str(FIRST.index(sets))]
    digits += [str((SET_A if code in SET_A else SET_B).index(code)) for code in left]
    return "".join(digits + [str(SET_C.index(code)) for code in right])


@pytest.mark.parametrize("number", ["2000000000008", "2386650996466", "2194158344555"])
def test_the_barcode_reads_as_the_card_number(number):
    assert is_card_number(number)
    assert decoded(modules(barcode(number))) == number


def test_the_qr_code_differs_from_card_to_card():
    assert qr("2000000000008") != qr("2386650996466")


def test_a_number_is_written_in_groups():
    assert spaced("2386650996466") == "2 386650 996466"
