"""Telling a planted cashier from honest regulars; the numbers alone."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from points.card_use import Cashier, Pair, least_counted, unusual_pairs
from tests.points.shop_year import Shops

UNTIL = datetime(2026, 6, 14, 22, tzinfo=UTC)


def found_in(shops):
    counts = Counter(
        (Cashier(1, one.store, one.cashier or one.till, not one.cashier), one.member)
        for one in shops.visits
    )
    busiest = {}
    for (cashier, _member), many in counts.items():
        busiest[cashier] = max(many, busiest.get(cashier, 0))
    pairs = [
        Pair(cashier, member, many, many)
        for (cashier, member), many in counts.items()
        if many >= least_counted(shops.days)
    ]
    return unusual_pairs(pairs, busiest, shops.days)


@pytest.mark.parametrize("days", [30, 90, 365])
@pytest.mark.parametrize("seed", range(3))
def test_in_honest_shops_nobody_stands_out(days, seed):
    assert found_in(Shops(UNTIL, days, seed).honest()) == []


@pytest.mark.parametrize("days", [30, 90, 365])
@pytest.mark.parametrize("seed", range(2))
def test_a_cashier_with_800_purchases_on_one_card_stands_alone(days, seed):
    shops = Shops(UNTIL, days, seed).honest()
    member = shops.planted(800)

    (found,) = found_in(shops)

    assert (found.pair.member_id, found.pair.purchases) == (member, 800)
    assert found.pair.cashier.name == "Delft-3"
    assert found.next_card <= 60
    assert found.next_cashier == 0


def test_several_cards_of_one_cashier_do_not_hide_one_another():
    shops = Shops(UNTIL, 90).honest()
    members = {shops.planted(400) for _ in range(4)}

    assert {one.pair.member_id for one in found_in(shops)} == members


def test_cashiers_who_do_it_together_do_not_hide_one_another():
    shops = Shops(UNTIL, 90).honest()
    members = {shops.planted(600, f"Delft-{number}") for number in range(4)}

    assert {one.pair.member_id for one in found_in(shops)} == members


def test_one_card_at_two_cashiers_who_do_it_together_stands_out_at_both():
    pairs = [Pair(Cashier(1, "Delft", name, False), 7, 400, 400) for name in ("K1", "K2")]
    busiest = {Cashier(1, "Delft", f"K{number}", False): 30 for number in range(9)}

    found = unusual_pairs(pairs, busiest, 90)

    assert [one.pair.cashier.name for one in found] == ["K1", "K2"]


def test_a_card_that_is_busy_everywhere_is_not_one_cashiers_doing():
    """What a daycare buys for itself every day, at whoever sits there."""
    pairs = [Pair(Cashier(1, "Delft", f"K{number}", False), 7, 100, 100) for number in range(5)]
    busiest = {pair.cashier: 100 for pair in pairs}

    assert unusual_pairs(pairs, busiest, 365) == []


def test_in_a_shop_with_one_cashier_the_next_cards_count():
    only = Cashier(1, "Kiosk", "K1", False)
    regulars = [Pair(only, member, 40 + member, 0) for member in range(12)]

    honest = unusual_pairs(regulars, {only: 51}, 90)
    planted = unusual_pairs([*regulars, Pair(only, 99, 300, 0)], {only: 300}, 90)

    assert honest == []
    assert [one.pair.member_id for one in planted] == [99]
    assert planted[0].next_card == 51


@pytest.mark.parametrize(("purchases", "stands_out"), [(60, False), (75, False), (76, True)])
def test_a_lone_card_has_to_come_nearly_daily(purchases, stands_out):
    pair = Pair(Cashier(1, "Kiosk", "K1", False), 7, purchases, 0)

    assert bool(unusual_pairs([pair], {pair.cashier: purchases}, 90)) is stands_out


def test_the_farthest_comes_first():
    cashiers = [Cashier(1, "Delft", f"K{number}", False) for number in range(9)]
    pairs = [Pair(cashiers[number], number, 100 * number, 0) for number in (2, 4, 3)]
    busiest = dict.fromkeys(cashiers, 20)

    assert [one.pair.purchases for one in unusual_pairs(pairs, busiest, 90)] == [400, 300, 200]
