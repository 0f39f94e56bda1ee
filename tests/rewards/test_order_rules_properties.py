"""Whatever is offered on whatever order: never below nothing, cents exact, every one answered."""

from decimal import Decimal
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from rewards.order_rules import Line, Offered, Order, Rules, Taken, applied

PRODUCTS = ("coffee", "cake", "cheese")
money = st.integers(0, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))
above_nothing = st.integers(1, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))
lines = st.builds(
    Line,
    product=st.sampled_from(PRODUCTS),
    amount=money,
    quantity=st.sampled_from([Decimal(text) for text in ("0", "0.345", "1", "2", "3", "7.5")]),
)
taken = st.builds(
    Taken, gives=st.sampled_from(["discount", "gift_card", "percentage"]), amount=money
)
orders = st.builds(
    Order,
    total=money,
    lines=st.lists(lines, max_size=4).map(tuple),
    taken=st.lists(taken, max_size=2).map(tuple),
)
least = st.one_of(st.just(Decimal(0)), money)
alone = st.sampled_from([False, False, False, True])
most = st.one_of(st.none(), above_nothing)
vouchers = st.one_of(
    st.builds(
        Offered,
        gives=st.sampled_from(["discount", "gift_card"]),
        value=above_nothing,
        least_order=least,
        is_alone=alone,
    ),
    st.builds(
        Offered,
        gives=st.just("percentage"),
        percent=st.integers(1, 10_000).map(lambda part: Decimal(part).scaleb(-2)),
        most_off=most,
        least_order=least,
        is_alone=alone,
    ),
    st.builds(Offered, gives=st.just("product"), product=st.sampled_from(PRODUCTS), most_off=most),
    st.builds(Offered, gives=st.sampled_from(["perk", "experience"]), is_alone=alone),
)
rules = st.builds(
    Rules,
    most_share=st.integers(1, 100).map(lambda part: Decimal(part) / 100),
    most_vouchers=st.integers(1, 5),
)
several = st.lists(vouchers, max_size=6)


def off(answers):
    return sum((one.amount for one in answers), Decimal(0))


@given(orders, several, rules)
def test_nothing_goes_below_zero_and_the_share_is_kept(order, offered, declared):
    answers = applied(order, offered, declared)

    before = sum((one.amount for one in order.taken), Decimal(0))
    paid = [one.gives == "gift_card" for one in offered]
    discounts = off(one for one, is_paid in zip(answers, paid, strict=True) if not is_paid)
    assert len(answers) == len(offered)
    assert off(answers) <= max(Decimal(0), order.total - before)
    assert discounts <= order.total * declared.most_share
    for one, told in zip(offered, answers, strict=True):
        assert told.amount >= 0
        assert told.lost >= 0
        assert told.amount == told.amount.quantize(Decimal("0.01"))
        assert told.is_valid or told.amount == 0
        assert told.is_valid <= (told.amount > 0 or one.gives in {"perk", "experience"})
        assert one.value is None or told.amount + told.lost <= one.value
        assert one.most_off is None or told.amount <= one.most_off


@given(orders, several, rules)
def test_at_most_one_a_product_and_nobody_beside_who_is_alone(order, offered, declared):
    answers = applied(order, offered, declared)

    good = [one for one, told in zip(offered, answers, strict=True) if told.is_valid]
    discounts = [one for one in good if one.gives != "gift_card"]
    products = [one.product for one in discounts if one.gives == "product"]
    assert len(products) == len(set(products))
    assert len(discounts) <= declared.most_vouchers
    assert len(discounts) == 1 or not any(one.is_alone for one in discounts)


@given(orders, several, rules)
def test_what_is_refused_changes_nothing_for_the_others(order, offered, declared):
    answers = applied(order, offered, declared)
    good = [one for one, told in zip(offered, answers, strict=True) if told.is_valid]
    assume(not any(one.is_alone for one in offered))

    again = applied(order, good, declared)

    assert [one.amount for one in again] == [one.amount for one in answers if one.is_valid]


@given(orders, st.lists(vouchers, max_size=4), rules)
def test_the_order_in_which_different_kinds_are_offered_changes_nothing(order, offered, declared):
    assume(len({one.gives for one in offered}) == len(offered))
    assume(not any(one.is_alone for one in offered))
    assume(declared.most_vouchers >= len(offered) + len(order.taken))

    totals = {off(applied(order, list(turn), declared)) for turn in permutations(offered)}

    assert len(totals) == 1


@given(orders, several, rules)
def test_more_vouchers_never_make_an_order_dearer(order, offered, declared):
    assume(not any(one.is_alone for one in offered))

    fewer = off(applied(order, offered[:-1], declared))

    assert off(applied(order, offered, declared)) >= fewer - Decimal("0.01") * len(offered)
