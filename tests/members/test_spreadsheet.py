"""Files for a spreadsheet."""

import pytest

from members.spreadsheet import as_csv


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_runs_as_a_formula(sign):
    text = "".join(as_csv(["name"], [[f"{sign}1+1", -5]]))

    assert f"'{sign}1+1" in text
    assert text.rstrip().endswith("-5")


def test_a_spreadsheet_is_told_that_it_is_utf_8():
    assert "".join(as_csv(["naïef"], [])).startswith("\ufeffnaïef")


def test_a_long_file_is_never_held_whole():
    lines = as_csv(["number"], ([number] for number in iter(int, 1)))

    assert [next(lines) for _ in range(3)] == ["\ufeff", "number\r\n", "0\r\n"]
