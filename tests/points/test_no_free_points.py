"""
No order of buying, earning, spending, refunding and restoring leaves a member better off.

Every order of up to five steps is gone through, under a handful of programs. After each step the
member may hold, together with what they have spent, no more than the purchases they kept are
worth in circumstances of their own, and what they were given.
"""

from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from points.book_rows import Refused
from points.book_rules import apply
from points.book_worth import value_rest
from points.earning_rules import Remainder
from points.events import Credit, Debit, Purchase, Refund, Restore, Returned
from points.rules import Program, RefundPolicy
from tests.points.programs import NOON, a_book, line, version

MILK = (line(1, "6.30", category="milk", product="1", quantity="3"),)
MIXED = (
    line(1, "4.20", category="cheese", product="1", quantity="3"),
    line(2, "7.35", category="tobacco"),
)
BASKETS = {"milk": (MILK, Decimal("6.30")), "mixed": (MIXED, Decimal("10.55"))}
CREDIT = 5
CHEESE = {"multiplier": 3, "categories": ["cheese"]}
FIRST = {"points": 7, "first_purchase": True, "least_base": 4}
THREE_FOR_TWO = {"take": 3, "pay": 2, "back_at": 2, "products": ["1"]}
PROGRAMS = {
    "plain": version(),
    "plain, tobacco excluded": version(excluded_categories=["tobacco"]),
    "within balance": version(policy="within_balance"),
    "within balance, with rules": version(CHEESE, FIRST, policy="within_balance"),
    "pending": version(pending_days=14, rounding="up"),
    "caps": version(CHEESE | {"most_points": 5, "most_per": "day"}, most_points=9, most_per="week"),
    "first purchase": version(FIRST, rounding="half_up"),
    "carried over": version(CHEESE, remainder="carry", points_per_unit=0.3),
    "carried over, rounded up": version(FIRST, remainder="carry", rounding="up"),
    "least base": version({"multiplier": 2, "least_base": 5}, THREE_FOR_TWO),
    "multipliers": version(
        CHEESE,
        {"multiplier": 2, "weekdays": ["tuesday"]},
        {"points_per_piece": 2, "products": ["1"], "most_points": 4},
        stacking="product",
        excluded_categories=["tobacco"],
    ),
}


SOON = 4
"""Steps of the suite; the drill takes one more."""


@dataclass
class Life:
    """A book, and how its member came to it."""

    book: object
    steps: tuple = ()

    @property
    def bought(self):
        return list(self.book.bought.values())

    @property
    def spent(self):
        return list(self.book.redeemed)


def copy_of(book):
    """Copy what steps change; entries and lines are only ever added."""
    made = copy(book)
    lots = {id(lot): copy(lot) for lot in book.lots}
    bought = {id(one): replace(one, returned=list(one.returned)) for one in book.bought.values()}

    def taken(old):
        return old and replace(old, parts=[(lots[id(lot)], held) for lot, held in old.parts])

    made.lots = [lots[id(lot)] for lot in book.lots]
    made.lot = {key: lots[id(lot)] for key, lot in book.lot.items()}
    made.debts = [copy(debt) for debt in book.debts]
    for name in ("bought", "recent", "claims"):
        known = getattr(book, name)
        setattr(made, name, {key: bought[id(one)] for key, one in known.items()})
    made.redeemed = {key: taken(one) for key, one in book.redeemed.items()}
    made.refunds = {
        key: replace(one, purchase=bought[id(one.purchase)], taken=taken(one.taken))
        for key, one in book.refunds.items()
    }
    for name in ("entries", "allocations", "window", "history", "rises"):
        setattr(made, name, list(getattr(book, name)))
    return made


def picture(book):
    """What the rest of a life depends on; two ways to the same need only one follow-up."""
    return (
        book.balance,
        book.remainder,
        tuple((lot.remaining, lot.points) for lot in book.lots),
        tuple((debt.remaining, debt.points) for debt in book.debts),
        tuple(
            (b.total, b.refunded, b.taken, b.waived, str(b.facts), str(b.gave), tuple(b.returned))
            for b in book.bought.values()
        ),
        tuple(
            tuple((book.lots.index(lot), held) for lot, held in taken.parts)
            for taken in book.redeemed.values()
        ),
    )


def offers(life):
    """Name every step that may come next."""
    yield from (("buy", name) for name in BASKETS)
    yield ("earn",)
    if life.book.balance > 0:
        yield ("spend", "some")
        yield ("spend", "all")
    for place, bought in enumerate(life.bought):
        if bought.refunded < bought.total:
            yield from (("refund", place, part) for part in ("rest", "a part", "a piece"))
    for place, key in enumerate(life.spent):
        if life.book.redeemed[key].points:
            yield ("restore", place, "all")
            yield ("restore", place, "some")


def event_of(step, life, at):
    key = f"k{len(life.steps)}"
    match step:
        case ("buy", name):
            lines, total = BASKETS[name]
            return Purchase(key, 7, at, total, lines)
        case ("earn",):
            return Credit(key, 7, at, CREDIT)
        case ("spend", part):
            points = life.book.balance
            return Debit(key, 7, at, points if part == "all" else (points + 1) // 2)
        case ("refund", place, part):
            return refund_of(life.bought[place], part, key, at)
        case ("restore", place, part):
            taken = life.book.redeemed[life.spent[place]]
            points = None if part == "all" else (taken.points + 1) // 2
            return Restore(key, 7, at, life.spent[place], points)


def refund_of(bought, part, key, at):
    left = bought.total - bought.refunded
    if part == "rest":
        return Refund(key, 7, at, left, bought.key)
    if part == "a part":
        return Refund(key, 7, at, min(left, Decimal("2.60")), bought.key)
    amount = min(left, Decimal("1.40"))
    return Refund(key, 7, at, amount, bought.key, lines=(Returned(1, Decimal(1), amount),))


def after(life, step, program):
    """Return the life after a step, or None where the step is refused."""
    event = event_of(step, life, NOON + timedelta(minutes=len(life.steps)))
    further = Life(copy_of(life.book), (*life.steps, step))
    try:
        apply(further.book, event, program)
    except Refused:
        return None
    return further


def lives(rules, most, offered=offers):
    """Yield every life of so many steps at most, each picture once at each length."""
    program = Program([rules])
    current = [Life(a_book())]
    for _ in range(most):
        seen = {}
        for life in current:
            for step in offered(life):
                further = after(life, step, program)
                if further is not None:
                    seen.setdefault(picture(further.book), further)
        current = list(seen.values())
        yield from current


# What a member may have


def worth_kept(bought, rules):
    """What is left of a purchase is worth by itself: with the part of a point that is carried."""
    facts = replace(bought.facts, carried=Decimal(0)) if bought.facts else None
    rest = value_rest(replace(bought, facts=facts, gave=None), rules)
    return rest.points + (rest.gave.left if rest.gave else Decimal(0))


def check(life, rules):
    book = life.book
    given = CREDIT * life.steps.count(("earn",))
    spent = sum(taken.points for taken in book.redeemed.values())
    waived = sum(bought.waived for bought in life.bought)
    kept = sum((worth_kept(bought, rules) for bought in life.bought), Decimal(0))
    held = book.balance + spent
    if rules.remainder is Remainder.CARRY:
        held += book.remainder
    assert held == kept + given + waived, life.steps
    assert spent >= waived, life.steps
    if rules.refund_policy is RefundPolicy.WITHIN_BALANCE:
        assert book.balance >= 0, life.steps
    else:
        assert not waived, life.steps
    assert sum(bought.facts.is_first for bought in life.bought if bought.facts) <= 1
    if rules.cap:
        assert book.balance + spent <= given + rules.cap.points, life.steps
    if all(bought.refunded >= bought.total for bought in life.bought):
        assert book.balance + spent <= given + waived, life.steps


def checked(found, rules):
    """Check every life, and return how many there were."""
    lives_seen = list(found)
    for life in lives_seen:
        check(life, rules)
    return len(lives_seen)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_order_of_four_steps_leaves_a_member_better_off(name):
    assert checked(lives(PROGRAMS[name], SOON), PROGRAMS[name]) > 150


@pytest.mark.drill
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_order_of_five_steps_leaves_a_member_better_off(name):
    assert checked(lives(PROGRAMS[name], SOON + 1), PROGRAMS[name]) > 150


def buy_and_undo(life):
    """The steps by which points could come back to a lot that others have paid for."""
    if len(life.bought) < 2:
        yield ("buy", "milk")
    if life.book.balance > 0 and not life.spent:
        yield ("spend", "some")
        yield ("spend", "all")
    for place, bought in enumerate(life.bought):
        if bought.refunded < bought.total:
            yield ("refund", place, "rest")
    for place, key in enumerate(life.spent):
        if life.book.redeemed[key].points:
            yield ("restore", place, "all")
            yield ("restore", place, "some")


@pytest.mark.parametrize("name", ["plain", "within balance", "within balance, with rules"])
def test_nor_does_undoing_one_spending_of_two_purchases(name):
    assert checked(lives(PROGRAMS[name], 7, buy_and_undo), PROGRAMS[name]) > 100
