"""The QR code that a browser draws by itself is the one of the standard."""

from pathlib import Path
from random import Random

import pytest
import segno
from django.conf import settings

pytestmark = pytest.mark.browser

SIZE = 21
RANDOM = Random(21)
SHOWN = ["".join(RANDOM.choices("0123456789", k=21)) for _ in range(12)]
# segno pads with a byte too many where the digits end on a byte, as 21 of them do; decoders
# read no padding, but only other lengths can be compared as a whole.
COMPARED = ["".join(RANDOM.choices("0123456789", k=k)) for k in (1, 2, 8, 13, 20, 20, 20, 22, 34)]
MASKS = [
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _column: row % 2 == 0,
    lambda _row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
]


@pytest.fixture(scope="module")
def draw(chromium):
    page = chromium.new_page()
    page.add_script_tag(path=Path(settings.BASE_DIR) / "static/portal/qr.js")
    yield lambda digits: page.evaluate("digits => qrOfDigits(digits)", digits)
    page.close()


def standard(digits, **options):
    return segno.make_qr(digits, version=1, error="m", mode="numeric", boost_error=False, **options)


def is_frame(row, column):
    """Finders with their format, timing."""
    near = row < 9 and (column < 9 or column > 12)
    return near or (row > 12 and column < 9) or row == 6 or column == 6


def words_of(drawn):
    """Read the code as a scanner does: unmasked, two columns at a time, up and down."""
    bits, upward = "", True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        rows = range(SIZE - 1, -1, -1) if upward else range(SIZE)
        for row in rows:
            for column in (right, right - 1):
                if not is_frame(row, column):
                    masked = MASKS[drawn["mask"]](row, column)
                    bits += str(drawn["cells"][row][column] ^ masked)
        upward = not upward
    return [int(bits[place : place + 8], 2) for place in range(0, 208, 8)]


def times_two(value):
    return value << 1 ^ (0x11D if value & 0x80 else 0)


def syndromes(words):
    """What a code without a fault has ten zeros of (annex B)."""
    found = []
    for power in range(10):
        total = 0
        for word in words:
            for _ in range(power):
                total = times_two(total)
            total ^= word
        found.append(total)
    return found


def digits_of(words):
    bits = "".join(f"{word:08b}" for word in words)
    assert bits[:4] == "0001"
    left, place, digits = int(bits[4:14], 2), 14, ""
    while left:
        group = min(left, 3)
        length = 3 * group + 1
        digits += f"{int(bits[place : place + length], 2):0{group}d}"
        left, place = left - group, place + length
    return digits


@pytest.mark.parametrize("digits", SHOWN)
def test_a_scanner_reads_the_card_number_and_its_code(draw, digits):
    words = words_of(draw(digits))

    assert syndromes(words) == [0] * 10
    assert digits_of(words) == digits


def test_a_fault_would_show(draw):
    words = words_of(draw(SHOWN[0]))

    assert syndromes([words[0] ^ 1, *words[1:]]) != [0] * 10


@pytest.mark.parametrize("digits", COMPARED)
def test_each_module_is_that_of_another_encoder(draw, digits):
    drawn = draw(digits)

    other = segno.make_qr(
        digits, version=1, error="m", mode="numeric", boost_error=False, mask=drawn["mask"]
    )
    assert drawn["cells"] == [list(row) for row in other.matrix]
