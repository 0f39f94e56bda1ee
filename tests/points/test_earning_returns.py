"""Returns under earning rules: the cases that are easily got wrong."""

from datetime import timedelta

from tests.points.programs import NOON, a_book, buy, give_back, line, version

LATER = NOON + timedelta(hours=2)


def test_a_deposit_that_came_back_at_the_till_leaves_no_base_behind():
    rules = version(excluded_categories=["deposit"])
    book = a_book()
    lines = line(1, "15.00", category="beer"), line(2, "-5.00", category="deposit")
    bought = buy(book, rules, "10.00", *lines)
    assert bought.earned == 15

    give_back(book, rules, bought, "15.00", (1, 1, "15.00"))

    assert (bought.taken, book.balance) == (15, 0)


def test_money_off_does_not_hand_a_part_to_another_multiplier():
    rules = version(
        {"multiplier": 10, "products": ["1"], "most_points": 1},
        {"multiplier": 2, "categories": ["cheese"]},
    )
    book = a_book()
    lines = (
        line(1, "-5.00", product="1"),
        line(2, "6.00", product="1", category="cheese"),
        line(3, "20.00"),
    )
    bought = buy(book, rules, "21.00", *lines)
    assert bought.earned == 21 + 1

    give_back(book, rules, bought, "1.01", (2, 0, "1.01"))

    assert book.balance == 19 + 1


def test_pieces_that_go_make_the_others_no_dearer():
    rules = version({"take": 2, "pay": 1, "back_at": 1, "products": ["1", "2"]})
    book = a_book()
    lines = line(1, "10.00", product="1", quantity="3"), line(2, "6.00", product="2", quantity="2")
    bought = buy(book, rules, "16.00", *lines)
    assert bought.earned == 16 + 3 + 3

    give_back(book, rules, bought, "0.01", (1, "0", "0.01"))
    assert book.balance == 15 + 6

    give_back(book, rules, bought, "3.33", (1, "1", "3.33"))
    assert book.balance == 12 + 6

    give_back(book, rules, bought, "3.00", (2, "1", "3.00"))
    assert book.balance == 9 + 3


def test_more_pieces_and_money_than_the_line_had_come_out_of_what_earns():
    rules = version({"points_per_piece": 2, "products": ["1"]})
    book = a_book()
    bought = buy(book, rules, "30.00", line(1, "10.00", product="1", quantity="2"))

    give_back(book, rules, bought, "14.00", (1, "5", "14.00"))

    assert book.balance == 16


def test_a_first_purchase_that_goes_back_was_the_first_all_the_same():
    rules = version({"points": 50, "first_purchase": True})
    book = a_book()
    first = buy(book, rules, "10.00")
    give_back(book, rules, first, "10.00")

    assert buy(book, rules, "10.00", at=LATER).earned == 10
    assert book.balance == 10


def test_a_piece_that_goes_for_less_leaves_the_price_of_the_others():
    rules = version({"take": 2, "pay": 1, "back_at": 10, "products": ["1"]})
    book = a_book()
    bought = buy(book, rules, "12.00", line(1, "12.00", product="1", quantity="4"))
    assert bought.earned == 12 + 60

    give_back(book, rules, bought, "1.00", (1, "2", "1.00"))

    assert book.balance == 11 + 30
