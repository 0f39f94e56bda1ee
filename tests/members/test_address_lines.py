"""Addresses as people paste them."""

import pytest

from members.address_lines import read_lines


@pytest.mark.parametrize(
    ("line", "name", "address"),
    [
        ("anna@example.nl", "", "anna@example.nl"),
        ("  anna@example.nl ; ", "", "anna@example.nl"),
        ("mailto:anna@example.nl", "", "anna@example.nl"),
        ("Anna Visser <anna@example.nl>", "Anna Visser", "anna@example.nl"),
        ('"Visser, Anna" <anna@example.nl>,', "Visser, Anna", "anna@example.nl"),
        ("<anna@example.nl>", "", "anna@example.nl"),
        ("Anna <not an address>", "", ""),
        ("Anna Visser", "", ""),
        ("anna@example.nl bram@example.nl", "", ""),
        ("anna@example.nl,bram@example.nl", "", ""),
        ("Anna <a@b.nl> <c@d.nl>", "", ""),
    ],
)
def test_a_line_is_a_name_and_an_address_or_cannot_be_read(line, name, address):
    [found] = read_lines(line)

    assert (found.name, found.address) == (name, address)


def test_empty_lines_are_passed_over_and_the_others_keep_their_number():
    found = list(read_lines("\n\nanna@example.nl\r\n  \nAnna"))

    assert [(line.number, line.address) for line in found] == [(3, "anna@example.nl"), (5, "")]
