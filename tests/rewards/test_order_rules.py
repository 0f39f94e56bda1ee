"""What vouchers take off an order together, rule by rule."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rewards.order_rules import Applied, Line, Offered, Order, Reason, Rules, Taken, Why, applied

D = Decimal
COFFEE = Line(product="coffee", quantity=D(2), amount=D("7.00"))


def order(total="100.00", *lines, **facts):
    return Order(total=D(total), lines=lines, **facts)


def discount(value="5.00", **facts):
    return Offered(gives="discount", value=D(value), **facts)


def percentage(percent="10", **facts):
    return Offered(gives="percentage", percent=D(percent), **facts)


def product(name="coffee", **facts):
    return Offered(gives="product", product=name, **facts)


def gift_card(value="50.00", **facts):
    return Offered(gives="gift_card", value=D(value), **facts)


def amounts(an_order, *offered, rules=Rules()):  # noqa: B008
    return [str(one.amount) for one in applied(an_order, offered, rules)]


def whys(an_order, *offered, rules=Rules()):  # noqa: B008
    answers = applied(an_order, offered, rules)
    return [[reason.why for reason in one.reasons] for one in answers]


def test_products_come_first_then_amounts_then_percentages_and_gift_cards_pay_the_rest():
    offered = [gift_card("200.00"), percentage(), discount("10.00"), product()]

    assert amounts(order("100.00", COFFEE), *offered) == ["77.85", "8.65", "10.00", "3.50"]


def test_a_percentage_is_of_what_is_left_each_after_the_other():
    assert amounts(order("100.00"), percentage("50"), percentage("50")) == ["50.00", "25.00"]


@pytest.mark.parametrize(
    ("total", "percent", "off"),
    [("0.05", "10", "0.01"), ("10.05", "50", "5.03"), ("9.99", "33.33", "3.33")],
)
def test_a_percentage_is_rounded_half_up_to_the_cent(total, percent, off):
    assert amounts(order(total), percentage(percent)) == [off]


def test_a_percentage_takes_no_more_than_it_may():
    assert amounts(order("500.00"), percentage("20", most_off=D("25.00"))) == ["25.00"]


def test_a_discount_larger_than_the_order_takes_all_of_it_and_says_what_is_lost():
    (answer,) = applied(order("3.00"), [discount("5.00")], Rules())

    assert answer == Applied(amount=D("3.00"), lost=D("2.00"))


@pytest.mark.parametrize(("value", "off"), [("2.50", "2.50"), ("30.00", "20.00")])
def test_a_gift_card_pays_what_it_holds_or_what_there_is_to_pay(value, off):
    (answer,) = applied(order("20.00"), [gift_card(value)], Rules())

    assert (str(answer.amount), answer.lost) == (off, 0)


def test_a_product_takes_off_one_piece_the_dearest():
    large = Line(product="coffee", amount=D("4.25"))

    assert amounts(order("50.00", COFFEE, large), product()) == ["4.25"]


def test_what_is_weighed_is_one_piece():
    cheese = Line(product="cheese", quantity=D("0.345"), amount=D("6.20"))

    assert amounts(order("50.00", cheese), product("cheese")) == ["6.20"]
    assert amounts(order("50.00", cheese), product("cheese", most_off=D("5.00"))) == ["5.00"]


def test_a_product_that_is_not_there_is_asked_for():
    (answer,) = applied(order("50.00", COFFEE), [product("cake")], Rules())

    assert answer.reasons == (Reason(why=Why.PRODUCT_MISSING, product="cake"),)


def test_one_voucher_a_product():
    answers = whys(order("50.00", COFFEE), product(), product())

    assert answers == [[], [Why.PRODUCT_TAKEN]]


def test_an_order_that_is_too_small_is_told_how_much_more():
    (answer,) = applied(order("16.00"), [discount(least_order=D("20.00"))], Rules())

    assert answer.reasons == (Reason(why=Why.ORDER_TOO_SMALL, missing=D("4.00")),)


def test_every_reason_is_told_and_not_the_first_alone():
    early = Reason(why=Why.EARLY, at=datetime(2026, 12, 3, tzinfo=UTC))
    one = product("cake", least_order=D(20), hindrances=(early,))

    assert whys(order("16.00"), one) == [[Why.EARLY, Why.ORDER_TOO_SMALL, Why.PRODUCT_MISSING]]


def test_who_comes_first_is_alone_or_is_not():
    alone = discount(is_alone=True)

    assert whys(order(), alone, percentage()) == [[], [Why.BESIDE_ALONE]]
    assert whys(order(), percentage(), alone) == [[], [Why.IS_ALONE]]
    assert whys(order(), alone, gift_card()) == [[], []]
    assert whys(order("2.00"), discount(least_order=D(5)), alone) == [[Why.ORDER_TOO_SMALL], []]


def test_discounts_take_no_more_than_their_share_and_gift_cards_pay_the_rest():
    rules = Rules(most_share=D("0.5"))
    offered = [discount("40.00"), discount("20.00"), percentage(), gift_card("80.00")]

    assert amounts(order(), *offered, rules=rules) == ["40.00", "10.00", "0", "50.00"]
    assert whys(order(), *offered, rules=rules)[2] == [Why.SHARE_REACHED]


def test_no_more_vouchers_than_the_shop_lets():
    assert whys(order(), discount(), discount(), gift_card(), rules=Rules(most_vouchers=1)) == [
        [],
        [Why.TOO_MANY],
        [],
    ]


def test_a_voucher_is_not_used_up_for_nothing():
    assert whys(order("0.00"), discount(), percentage(), gift_card()) == [[Why.NOTHING_LEFT]] * 3
    assert whys(order("0.01"), percentage("10")) == [[Why.NOTHING_LEFT]]


def test_a_service_needs_no_amount():
    assert applied(order("0.00"), [Offered(gives="perk")], Rules()) == [Applied()]


def test_what_was_taken_before_counts():
    before = (Taken(gives="discount", amount=D("90.00")),)
    alone = (Taken(gives="discount", amount=D("5.00"), is_alone=True),)
    coffee = (Taken(gives="product", amount=D("3.50"), product="coffee"),)
    paid = (Taken(gives="gift_card", amount=D("98.00"), is_alone=True),)

    assert amounts(order(taken=before), discount("20.00")) == ["10.00"]
    assert whys(order(taken=before), discount(is_alone=True)) == [[Why.IS_ALONE]]
    assert whys(order(taken=alone), discount()) == [[Why.BESIDE_ALONE]]
    assert whys(order("50.00", COFFEE, taken=coffee), product()) == [[Why.PRODUCT_TAKEN]]
    assert amounts(order(taken=paid), discount("20.00")) == ["2.00"]
