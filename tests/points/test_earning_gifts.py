"""What rules give, how they stack, and what caps and rounding leave of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from points.rules import Program
from tests.points.programs import NOON, a_book, buy, give_back, line, missed, version, why

SILVER = {"name": "Silver", "threshold": 900, "multiplier": 1.5}
CHEESE = {"multiplier": 3, "categories": ["cheese"]}
TUESDAY = {"multiplier": 2, "weekdays": ["tuesday"]}
WINE = line(1, "10.00", category="wine")
LATER = NOON + timedelta(minutes=5)


def earned(rules, total, *lines, tier=0, **fields):
    return buy(a_book(tier=tier), rules, total, *lines, **fields).earned


def extras(book, bought):
    return {number: Decimal(points) for number, points, *_ in why(book, bought)["extras"]}


# Gifts


def test_a_multiplier_is_of_its_own_part_and_the_rest_counts_once():
    lines = line(1, "10.00", category="cheese"), line(2, "5.00", category="wine")

    assert earned(version(CHEESE), "15.00", *lines) == 35


def test_fixed_points_come_once_a_purchase():
    lines = line(1, "10.00", category="cheese"), line(2, "5.00", category="cheese")

    assert earned(version({"points": 7, "categories": ["cheese"]}), "15.00", *lines) == 22


@pytest.mark.parametrize(
    ("quantity", "amount", "points", "why_not"),
    [
        ("3", "9.00", 15, None),
        ("2.9", "9.00", 10, None),
        ("0.9", "9.00", 0, "too_few"),
        ("2", "0.00", 0, "nothing_of_it"),
    ],
)
def test_points_a_piece_are_of_whole_pieces_that_were_paid_for(quantity, amount, points, why_not):
    rules = version({"points_per_piece": 5, "categories": ["cheese"]})
    book = a_book()

    bought = buy(book, rules, "9.00", line(1, amount, category="cheese", quantity=quantity))

    assert bought.earned == 9 + points
    assert missed(book, bought).get(1) == why_not


@pytest.mark.parametrize(
    ("take", "pay", "pieces", "back"),
    [
        (3, 2, [("3", "9.00")], 300),
        (3, 2, [("2", "6.00")], 0),
        (3, 2, [("5", "15.00")], 300),
        (3, 2, [("6", "18.00")], 600),
        (3, 2, [("1", "5.00"), ("1", "3.00"), ("1", "4.00")], 300),
        (3, 1, [("1", "5.00"), ("1", "3.00"), ("1", "4.00")], 700),
        (3, 2, [("2", "10.00"), ("4", "4.00")], 200),
        (2, 1, [("2", "0.99")], 49),
        (3, 2, [("3", "10.00")], 333),
        (3, 2, [("3", "0.00")], 0),
        (3, 2, [("0.345", "3.00"), ("0.5", "3.00"), ("2", "6.00")], 0),
    ],
)
def test_of_every_so_many_the_cheapest_come_back_as_points(take, pay, pieces, back):
    rules = version({"take": take, "pay": pay, "back_at": 100, "products": ["77"]})
    lines = [
        line(place, amount, product="77", quantity=quantity)
        for place, (quantity, amount) in enumerate(pieces, start=1)
    ]
    total = sum(one.amount for one in lines) + 40

    assert earned(rules, total, *lines) == int(total) + back


def test_what_comes_back_is_never_more_than_what_was_paid():
    rules = version({"take": 2, "pay": 1, "back_at": 10, "products": ["77"]})

    assert earned(rules, "3.00", line(1, "20.00", product="77", quantity="2")) == 3 + 30


def test_excluded_categories_are_no_part_of_any_rule():
    rules = version(
        CHEESE,
        {"points_per_piece": 5, "categories": ["cheese"]},
        {"take": 2, "pay": 1, "back_at": 10, "categories": ["cheese"]},
        {"points": 7},
        excluded_categories=["CHEESE"],
    )
    book = a_book()

    bought = buy(book, rules, "12.00", line(1, "10.00", category="cheese", quantity="4"))

    assert bought.earned == 2 + 7
    assert missed(book, bought) == dict.fromkeys((1, 2, 3), "nothing_of_it")


def test_of_nothing_that_earns_no_rule_gives_anything_and_each_says_so():
    rules = version(CHEESE, {"points": 7}, excluded_categories=["cheese"])
    book = a_book()

    bought = buy(book, rules, "10.00", line(1, "10.00", category="cheese"))

    assert bought.earned == 0
    assert missed(book, bought) == {1: "nothing_of_it", 2: "nothing_of_it"}


# Discounts on the whole order, and receipts with more than their lines


def test_a_discount_on_the_whole_order_comes_off_what_gives_least():
    lines = line(1, "10.00", category="cheese"), line(2, "10.00", category="wine")

    assert earned(version(CHEESE), "15.00", *lines) == 15 + 20
    assert earned(version(CHEESE), "8.00", *lines) == 8 + 16


def test_what_a_receipt_has_beyond_its_lines_counts_with_the_rest():
    assert earned(version(CHEESE), "25.00", line(1, "10.00", category="cheese")) == 25 + 20


def test_a_line_of_money_off_lessens_its_own_part():
    lines = line(1, "10.00", category="cheese"), line(2, "-4.00", category="cheese")

    assert earned(version(CHEESE), "6.00", *lines) == 6 + 12


# Stacking


@pytest.mark.parametrize(
    ("stacking", "tier", "points"),
    [
        ("best", 0, 30),
        ("best", 1, 30),
        ("sum", 0, 40),
        ("sum", 1, 45),
        ("product", 0, 60),
        ("product", 1, 90),
    ],
)
def test_multipliers_that_meet_stack_as_the_version_says_the_tiers_among_them(
    stacking, tier, points
):
    rules = version(CHEESE, TUESDAY, tiers=[SILVER], stacking=stacking)

    assert earned(rules, "10.00", line(1, "10.00", category="cheese"), tier=tier) == points


@pytest.mark.parametrize(
    ("stacking", "points"),
    [("best", 30 + 20), ("sum", 45 + 25), ("product", 90 + 30)],
)
def test_each_part_of_a_basket_stacks_by_itself(stacking, points):
    rules = version(CHEESE, TUESDAY, tiers=[SILVER], stacking=stacking)
    lines = line(1, "10.00", category="cheese"), line(2, "10.00", category="wine")

    assert earned(rules, "20.00", *lines, tier=1) == points


@pytest.mark.parametrize("stacking", ["best", "sum", "product"])
@pytest.mark.parametrize(
    "rule",
    [
        {"points": 7},
        {"points_per_piece": 7, "categories": ["wine"]},
        {"take": 2, "pay": 1, "back_at": 1.4, "categories": ["wine"]},
    ],
)
def test_what_is_no_multiplier_is_never_multiplied(stacking, rule):
    lines = [WINE] if "take" not in rule else [line(1, "10.00", category="wine", quantity="2")]
    rules = version(rule, TUESDAY, tiers=[SILVER], stacking=stacking)
    plain = version(TUESDAY, tiers=[SILVER], stacking=stacking)

    assert earned(rules, "10.00", *lines, tier=1) == earned(plain, "10.00", *lines, tier=1) + 7


def test_what_something_better_beats_says_so():
    rules = version(CHEESE, TUESDAY, tiers=[SILVER])
    book = a_book(tier=1)

    bought = buy(book, rules, "10.00", line(1, "10.00", category="cheese"))

    assert extras(book, bought) == {1: 20}
    assert missed(book, bought) == {2: "beaten"}


def test_the_first_of_two_that_are_equally_good_is_the_best():
    book = a_book()

    bought = buy(book, version(TUESDAY, TUESDAY), "10.00")

    assert extras(book, bought) == {1: 10}


@pytest.mark.parametrize("stacking", ["sum", "product"])
def test_together_they_make_a_hundred_times_at_most(stacking):
    rules = version(*[{"multiplier": 10}] * 13, stacking=stacking)

    assert earned(rules, "1.00") == 100


def test_a_product_is_cut_to_four_decimals():
    rules = version({"multiplier": 1.0001}, {"multiplier": 1.0001}, stacking="product")
    book = a_book()

    bought = buy(book, rules, "10000.00")

    assert extras(book, bought) == {1: 1, 2: 1}


# Caps


def test_a_rules_own_cap_leaves_what_others_give():
    book = a_book()
    rules = version(CHEESE | {"most_points": 12}, {"points": 5})

    bought = buy(book, rules, "10.00", line(1, "10.00", category="cheese"))

    assert bought.earned == 10 + 12 + 5
    assert why(book, bought)["extras"] == [[1, "12", "20"], [2, "5"]]


def test_the_cap_on_all_points_is_of_all_points():
    book = a_book()

    bought = buy(book, version({"points": 5}, most_points=12), "10.00")

    assert (bought.earned, why(book, bought)["over"], bought.status) == (12, 3, 10)


@pytest.mark.parametrize(
    ("period", "within", "beyond"),
    [
        ("day", timedelta(hours=11, minutes=59), timedelta(hours=12)),
        ("week", timedelta(days=5, hours=11), timedelta(days=5, hours=12)),
        ("month", timedelta(days=14, hours=11), timedelta(days=14, hours=12)),
        ("year", timedelta(days=198, hours=12), timedelta(days=198, hours=13)),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_cap_counts_over_its_period_and_begins_again(period, within, beyond, whole):
    cap = {"most_points": 12, "most_per": period}
    rules = version(**cap) if whole else version({"multiplier": 2} | cap)
    plain = 0 if whole else 10
    book = a_book()

    points = [
        buy(book, rules, "10.00", at=NOON + wait).earned for wait in (timedelta(0), within, beyond)
    ]

    assert points == [plain + 10, plain + 2, plain + 10]


def test_a_cap_used_up_says_so():
    book = a_book()
    rules = version({"multiplier": 2, "most_points": 10, "most_per": "day"})
    buy(book, rules, "10.00")

    assert missed(book, buy(book, rules, "10.00", at=LATER)) == {1: "cap"}


def test_where_the_cap_of_the_best_is_used_up_the_next_best_counts():
    book = a_book()
    rules = version({"multiplier": 5, "most_points": 10, "most_per": "day"}, {"multiplier": 2})
    buy(book, rules, "10.00")

    bought = buy(book, rules, "10.00", at=LATER)

    assert bought.earned == 20
    assert missed(book, bought) == {1: "cap"}


def test_what_goes_back_makes_room_for_what_comes_after_and_not_for_what_came_before():
    book = a_book()
    rules = version(most_points=12, most_per="week")
    first, second = buy(book, rules, "10.00"), buy(book, rules, "10.00", at=LATER)

    give_back(book, rules, first, "10.00")
    third = buy(book, rules, "10.00", at=NOON + timedelta(hours=2))

    assert [one.earned for one in (first, second, third)] == [10, 2, 10]
    assert book.balance == 12


def test_what_is_beyond_a_cap_goes_back_first():
    book = a_book()
    rules = version(most_points=12)
    bought = buy(book, rules, "20.00")

    give_back(book, rules, bought, "8.00")
    assert bought.taken == 0

    give_back(book, rules, bought, "1.00")
    assert bought.taken == 1


def test_a_rules_cap_begins_again_with_a_version_and_the_cap_on_all_points_does_not():
    cap = {"most_points": 12, "most_per": "year"}
    of_rules = [version({"multiplier": 2} | cap, number=number) for number in (1, 2)]
    of_all = [version(**cap, number=number) for number in (1, 2)]
    points = []
    for versions in (of_rules, of_all):
        book = a_book()
        for number, rules in enumerate(versions):
            program = Program([rules])
            points.append(buy(book, program, "12.00", at=NOON + timedelta(days=number)).earned)

    assert points == [24, 24, 12, 0]


def test_the_cap_on_all_points_counts_what_was_bought_before_there_was_one():
    book = a_book()
    buy(book, version(), "10.00")

    assert (
        buy(book, version(number=2, most_points=12, most_per="day"), "10.00", at=LATER).earned == 2
    )


# What rounding leaves


@pytest.mark.parametrize(
    ("rounding", "points", "left"),
    [
        ("down", [0, 1, 0], "0.8"),
        ("half_up", [1, 0, 1], "-0.2"),
        ("up", [1, 1, 0], "-0.2"),
    ],
)
def test_a_remainder_goes_along_to_the_next_purchase(rounding, points, left):
    rules = version(remainder="carry", rounding=rounding)
    book = a_book()

    given = [buy(book, rules, "0.60").earned for _ in range(3)]

    assert given == points
    assert sum(given) + book.remainder == Decimal("1.80")
    assert book.remainder == Decimal(left)


@pytest.mark.parametrize(("rounding", "points"), [("down", 0), ("half_up", 3), ("up", 3)])
def test_a_remainder_is_dropped_where_the_version_says_nothing(rounding, points):
    rules = version({"points": 5, "stores": ["A"]}, rounding=rounding)
    book = a_book()

    assert sum(buy(book, rules, "0.60").earned for _ in range(3)) == points
    assert book.remainder == 0


def test_a_purchase_that_earns_nothing_leaves_the_remainder_and_says_nothing_of_it():
    rules = version(remainder="carry", rounding="half_up")
    book = a_book()
    buy(book, rules, "0.40")

    facts = why(book, buy(book, rules, "0.00"))

    assert not facts.keys() & {"carried", "left"}
    assert book.remainder == Decimal("0.4")


def test_a_return_takes_its_part_of_a_point_back():
    rules = version(remainder="carry")
    book = a_book()
    first, second = buy(book, rules, "0.60"), buy(book, rules, "0.60")
    assert (second.earned, book.remainder) == (1, Decimal("0.2"))

    give_back(book, rules, first, "0.60")

    assert (book.balance, book.remainder) == (1, Decimal("-0.4"))
    assert buy(book, rules, "0.90", at=NOON + timedelta(hours=2)).earned == 0


def test_what_a_cap_takes_is_gone_and_only_the_part_of_a_point_goes_along():
    rules = version(remainder="carry", most_points=5)
    book = a_book()

    bought = buy(book, rules, "9.70")

    assert (bought.earned, book.remainder) == (5, Decimal("0.7"))
