"""What must hold for every program, basket and way of giving back."""

import os
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from points.admin.program_text import as_toml
from points.book_rows import canonical
from points.book_rules import apply
from points.book_worth import value_rest
from points.earning import Basket, Circumstances, worth_of
from points.earning_rules import Remainder
from points.events import Credit, Debit, Purchase, Refund, Returned
from points.program_file import compile_rules, digest, read_program
from points.rules import Program
from tests.points.programs import (
    NOON,
    a_book,
    baskets,
    buy,
    cents,
    program_files,
    version,
    why,
)

EXAMPLES = int(os.environ.get("EARNING_EXAMPLES", "30"))
PROPERTY = settings(
    deadline=None,
    database=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NOTHING = Decimal(0)
places = st.fixed_dictionaries(
    {"store": st.sampled_from(["", "s1", "S2"]), "channel": st.sampled_from(["", "WEB"])}
)
moments = st.integers(-24 * 10, 24 * 10).map(lambda hours: NOON + timedelta(hours=hours))
birthdays = st.none() | st.just(date(1990, 6, 16)) | st.dates(date(1990, 5, 20), date(1990, 7, 10))


# The explanation


@PROPERTY
@given(
    file=program_files(),
    bought=st.lists(st.tuples(baskets(), places, moments), min_size=1, max_size=4),
    birthday=birthdays,
    tier=st.sampled_from([0, 1]),
    remainder=st.sampled_from(["0", "0.75", "-0.4", "-2.5", "1.2"]),
)
def test_an_explanation_accounts_for_every_point(file, bought, birthday, tier, remainder):
    rules = compile_rules(1, file)
    carries = rules.remainder is Remainder.CARRY
    book = a_book(birthday=birthday, tier=tier, remainder=remainder if carries else "0")

    for (lines, total), where, at in sorted(bought, key=lambda one: one[2]):
        before = book.remainder
        purchase = buy(book, rules, total, *lines, at=at, **where)
        facts = why(book, purchase)
        base = Decimal(facts["base"])
        if rules.is_plain:
            assert purchase.earned == rules.value(base, purchase.tier)[0]
            continue
        extras = {number: Decimal(points) for number, points, *_ in facts["extras"]}
        carried = Decimal(facts.get("carried", "0"))
        exact = base * rules.points_per_unit + sum(extras.values()) + carried

        assert purchase.earned == max(0, rules.rounded(exact)) - facts.get("over", 0)
        assert all(points >= 0 for points in extras.values())
        numbers = [number for number in extras if number] + [one for one, _ in facts["missed"]]
        assert sorted(numbers) == [rule.number for rule in rules.earning_rules]
        if carries:
            left = exact - purchase.earned - facts.get("over", 0)
            assert Decimal(facts.get("left", "0")) == (left if base else NOTHING)
            assert book.remainder == (left if base else before)
        else:
            assert not book.remainder
            assert "left" not in facts


@PROPERTY
@given(
    base=cents(0, 99_999_99),
    rate=st.sampled_from([0.0001, 0.3333, 1, 1000]),
    rounding=st.sampled_from(["down", "half_up", "up"]),
    multiplier=st.sampled_from([1, 1.0001, 1.25, 10]),
    rank=st.integers(0, 2),
)
def test_a_plain_version_is_worth_the_same_both_ways(base, rate, rounding, multiplier, rank):
    tier = {"name": "Silver", "threshold": 5, "multiplier": multiplier}
    rules = version(tiers=[tier], points_per_unit=rate, rounding=rounding)

    worth = worth_of(Basket(NOON, base, rank=rank), rules, Circumstances())

    assert (worth.points, worth.status) == rules.value(base, rank)


@PROPERTY
@given(file=program_files(), basket=baskets(), where=places)
def test_status_points_know_no_rules(file, basket, where):
    lines, total = basket
    rules = compile_rules(1, file)

    purchase = buy(a_book(), rules, total, *lines, **where)

    assert purchase.status == rules.value(purchase.base, 0)[1]


# What goes, goes


@st.composite
def returns(draw, lines, total):
    """A part of a purchase given back: an amount, or some of its lines and perhaps more."""
    parts = []
    for place in draw(st.sets(st.integers(0, len(lines) - 1), max_size=3)) if lines else ():
        one = lines[place]
        pieces = draw(st.sampled_from(["0", "1", "0.345", str(abs(one.quantity))]))
        amount = draw(cents(0, 4_500) | st.just(max(NOTHING, one.amount)))
        parts.append(Returned(one.line, Decimal(pieces), amount))
    named = sum((part.amount for part in parts), NOTHING)
    least = 1 if not named else 0
    return named + draw(cents(least, 3_000) | st.just(max(Decimal("0.01"), total))), tuple(parts)


@st.composite
def purchases(draw, file):
    """A purchase as posted, in circumstances of its own."""
    lines, total = draw(baskets())
    rules = compile_rules(1, file)
    facts = {
        "first": draw(st.sampled_from([0, 1])),
        "birthdays": draw(st.sets(st.sampled_from(range(1, 6)))),
        "room": {
            str(number): str(draw(cents(0, 100 * cap.points)))
            if number
            else str(draw(st.integers(0, cap.points)))
            for number, cap in rules.caps.items()
        },
    }
    facts["birthdays"] = sorted(facts["birthdays"])
    if rules.remainder is Remainder.CARRY:
        facts["carried"] = draw(st.sampled_from(["0", "0.75", "-0.4", "-2.5", "1.2"]))
    book = a_book()
    bought = buy(book, rules, total, *lines, store="s1", channel="web")
    bought.tier = draw(st.sampled_from([0, 1]))
    bought.facts = Circumstances.from_json(canonical(facts))
    return rules, bought, lines, total


def left_of(bought, rules, refunds):
    bought.refunded = sum((total for total, _ in refunds), NOTHING)
    bought.returned = [part for _, parts in refunds for part in parts]
    rest = value_rest(bought, rules)
    bought.refunded, bought.returned = NOTHING, []
    return rest


@settings(PROPERTY, max_examples=2 * EXAMPLES)
@given(st.data())
def test_nothing_is_worth_more_when_something_of_it_goes(data):
    rules, bought, lines, total = data.draw(purchases(data.draw(program_files(least=1))))
    gone = data.draw(st.lists(returns(list(lines), total), max_size=2)) if lines else []
    more = data.draw(returns(list(lines), total))

    before = left_of(bought, rules, gone)
    after = left_of(bought, rules, [*gone, more])

    assert 0 <= after.base <= before.base
    assert after.points <= before.points
    assert after.status <= before.status


@PROPERTY
@given(st.data())
def test_nothing_is_left_when_all_of_it_goes(data):
    rules, bought, lines, total = data.draw(purchases(data.draw(program_files())))
    all_of_it = tuple(Returned(one.line, one.quantity, max(NOTHING, one.amount)) for one in lines)
    named = sum((part.amount for part in all_of_it), NOTHING)

    rest = left_of(bought, rules, [(max(named, total, bought.base, Decimal("0.01")), all_of_it)])

    assert (rest.base, rest.points, rest.status) == (0, 0, 0)


# In parts


@st.composite
def splits(draw, lines, total):
    """Give part of a purchase back: in parts by amount and by line, in an order of their own."""
    parts = draw(st.lists(returns(lines, total), min_size=2, max_size=4))
    return draw(st.permutations(parts))


def at_once(parts):
    """The same as one: line by line together."""
    lines = {}
    for _, returned in parts:
        for part in returned:
            pieces, amount = lines.get(part.line, (NOTHING, NOTHING))
            lines[part.line] = pieces + part.quantity, amount + part.amount
    together = tuple(Returned(number, *what) for number, what in sorted(lines.items()))
    return [(sum(total for total, _ in parts), together)]


@settings(PROPERTY, max_examples=2 * EXAMPLES)
@given(
    data=st.data(),
    before=baskets(),
    after=st.none() | baskets(),
    tier=st.sampled_from([0, 1]),
    spent=st.sampled_from([0, 0.3, 1]),
    given=st.sampled_from([0, 40]),
    late=st.sampled_from([1, 40]),
    written=st.booleans(),
)
def test_any_parts_come_to_what_one_refund_comes_to(
    data, before, after, tier, spent, given, late, written
):
    file = data.draw(program_files(least=1))
    file["expiry"]["valid_months"] = 1
    rules = compile_rules(1, file)
    program = Program([rules])
    lines, total = data.draw(baskets())
    parts = data.draw(splits(list(lines), total))

    def live(refunds):
        book = a_book(tier=tier)
        for number, (bought, paid) in enumerate([before, (lines, total), after or ((), 0)]):
            at = NOON + timedelta(minutes=number)
            apply(book, Purchase(f"p{number}", 7, at, Decimal(paid), bought), program)
        if given:
            apply(book, Credit("c", 7, NOON + timedelta(minutes=4), given), program)
        points = int(spent * book.balance)
        if points:
            apply(book, Debit("d", 7, NOON + timedelta(minutes=5), points), program)
        back = NOON + timedelta(days=late)
        book.now = back
        if written:
            book.expire(back)
        for number, (sum_, returned) in enumerate(refunds):
            at = back + timedelta(minutes=number)
            apply(book, Refund(f"f{number}", 7, at, sum_, "p1", lines=returned), program)
        bought = book.bought["p1"]
        book.expire(back + timedelta(days=40))
        return (
            bought.taken,
            bought.waived,
            bought.status,
            bought.gave,
            bought.refunded,
            book.remainder,
            book.balance,
            book.status,
        )

    assert live(parts) == live(at_once(parts))


# The file


@PROPERTY
@given(program_files())
def test_a_file_written_out_reads_back_as_the_same(file):
    again = read_program(as_toml(file))

    assert again == file
    assert digest(again) == digest(file)
