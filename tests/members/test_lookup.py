"""Reading what somebody tells at the counter."""

from datetime import date

import pytest

from members.card_number import check_digit
from members.lookup import Person, answers_to, read

TODAY = date(2026, 6, 15)
CARD = "212345678901" + str(check_digit("212345678901"))


def people(line):
    return read(line, today=TODAY).people


@pytest.mark.parametrize("line", [CARD, f" {CARD} ", f"{CARD[:4]} {CARD[4:8]} {CARD[8:]}"])
def test_a_card_is_read_spaced_or_not(line):
    assert read(line, today=TODAY).card == CARD


def test_thirteen_digits_that_no_till_would_accept_are_no_card():
    wrong = CARD[:12] + str((int(CARD[12]) + 1) % 10)

    assert read(wrong, today=TODAY).card == ""


def test_an_address_is_read_in_lower_case():
    assert read(" Anna@Example.NL ", today=TODAY).email == "anna@example.nl"


@pytest.mark.parametrize("line", ["de Vries 1234AB", "1234ab  DE VRIES", "de vries, 1234 ab"])
def test_a_postal_code_stands_before_or_behind_the_name(line):
    assert people(line)[0] == Person(("de", "vries"), "1234 AB")


def test_four_digits_are_enough():
    assert people("Sanne 1234") == (Person(("sanne",), "1234"),)


def test_two_letters_behind_four_digits_may_belong_to_the_name():
    assert people("1234 de Vries") == (
        Person(("vries",), "1234 DE"),
        Person(("de", "vries"), "1234"),
    )


@pytest.mark.parametrize(
    "day",
    ["12-3-1980", "12/03/1980", "12.3.1980", "12 03 1980", "1980-03-12", "12031980", "12-3-80"],
)
def test_a_birthday_is_read_as_people_write_it(day):
    assert people(f"Sanne {day}") == (Person(("sanne",), "", date(1980, 3, 12)),)
    assert people(f"{day} Sanne") == (Person(("sanne",), "", date(1980, 3, 12)),)


@pytest.mark.parametrize("day", ["31-2-1980", "1-13-1980", "16-6-2026", "0-0-0000"])
def test_a_day_that_nobody_was_born_on_is_no_birthday(day):
    assert people(f"Sanne {day}")[0].birthday is None


def test_two_digits_of_a_year_mean_the_one_that_has_been():
    assert people("Jan 1-2-30")[0].birthday == date(1930, 2, 1)
    assert people("Jan 1-2-05")[0].birthday == date(2005, 2, 1)


@pytest.mark.parametrize("line", ["", "!!", "\x00", "1234", "12-3-1980", "9" * 200, "🎉"])
def test_what_holds_no_name_has_none(line):
    assert not any(person.has_name for person in people(line))


@pytest.mark.parametrize(
    ("told", "fits"),
    [("renee", True), ("Sant", True), ("santos r", True), ("anna", False), ("antos", False)],
)
def test_words_begin_words_of_the_name_without_accents_or_order(told, fits):
    words = people(told)[0].words

    assert answers_to("Renée dos Santos", words) is fits
