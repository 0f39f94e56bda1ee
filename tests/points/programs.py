"""Programs with earning rules, and what is bought under them: as tests write and draw them."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from hypothesis import strategies as st

from points.book import Book
from points.book_rows import Stamp
from points.book_rules import apply
from points.events import Line, Purchase, Refund, Returned
from points.program_file import ProgramFileError, compile_rules, read_program
from points.rules import Program

NOON = datetime(2026, 6, 16, 10, tzinfo=UTC)
"""A Tuesday in the year that holds no change of the clock, at noon in Amsterdam."""
HEAD = 'name = "Marktzicht"\neffective_at = 2020-01-01T00:00:00+01:00\n'


def toml(*rules, tiers=(), policy="debt", months=12, **earning):
    """Write a program file: each rule and tier a dict of what the file has."""
    given = [HEAD, "[earning]", *_pairs(earning)]
    for rule in rules:
        given += ["[[earning.rule]]", *_pairs({"name": "Rule"} | rule)]
    given += ["[expiry]", f"valid_months = {months}", "[refunds]", f'policy = "{policy}"']
    for tier in tiers:
        given += ["[[tiers.tier]]", *_pairs(tier)]
    return "\n".join(given)


def _pairs(table):
    return [
        f"{key} = {value if isinstance(value, Decimal) else json.dumps(value)}"
        for key, value in table.items()
    ]


def version(*rules, number=1, **program):
    return compile_rules(number, read_program(toml(*rules, **program)))


def a_book(*, birthday=None, tier=0, remainder="0", now=NOON):
    book = Book(
        7,
        Stamp(now, 2, "test"),
        status_days=365,
        birthday=birthday,
        tier=tier,
        remainder=Decimal(remainder),
    )
    book.window = []
    return book


def line(number, amount, *, category="", department="", product="", quantity="1"):
    return Line(number, product, department, category, Decimal(quantity), Decimal(amount))


_keys = count(1)


def buy(book, rules, total, *lines, at=NOON, **fields):
    """Buy under one version, or under those of a program."""
    program = rules if isinstance(rules, Program) else Program([rules])
    event = Purchase(f"p{next(_keys)}", book.member, at, Decimal(total), tuple(lines), **fields)
    apply(book, event, program)
    return book.bought[event.key]


def give_back(book, rules, bought, total, *parts, at=NOON + timedelta(hours=1)):
    """Give money back; parts are (line, pieces, amount)."""
    program = rules if isinstance(rules, Program) else Program([rules])
    returned = tuple(
        Returned(number, Decimal(pieces), Decimal(amount)) for number, pieces, amount in parts
    )
    event = Refund(f"f{next(_keys)}", book.member, at, Decimal(total), bought.key, lines=returned)
    apply(book, event, program)
    return book.refunds[event.key]


def why(book, bought):
    """Return the explanation of a purchase, as it is kept."""
    if bought.lot is None:
        return json.loads(bought.explanation)
    (entry,) = [entry for entry in book.entries if entry.id == bought.lot]
    return json.loads(entry.explanation)


def missed(book, bought):
    return dict(why(book, bought)["missed"])


# Drawn

NAMES = ("cheese", "Wine", "bread")
TIERS = ({"name": "Silver", "threshold": 50, "multiplier": 1.5},)


def cents(least, most):
    return st.integers(least, most).map(lambda number: Decimal(number).scaleb(-2))


def _sometimes(strategy):
    return st.none() | strategy


@st.composite
def rules_of_the_file(draw):
    """A rule as the file has it; not every one is accepted."""
    kind = draw(st.sampled_from(["multiplier", "multiplier", "points", "points_per_piece", "take"]))
    rule = {}
    if kind == "multiplier":
        rule[kind] = draw(st.sampled_from([1.0001, 1.5, 2, 3, 7.7777, 10]))
    elif kind == "take":
        rule["take"] = draw(st.integers(2, 4))
        rule["pay"] = draw(st.integers(1, rule["take"] - 1))
        rule["back_at"] = draw(st.sampled_from([0.3333, 1, 20]))
    else:
        rule[kind] = draw(st.integers(1, 60))
    wanted = {
        "categories": st.sets(st.sampled_from(NAMES), min_size=1).map(sorted),
        "products": st.sets(st.sampled_from("12"), min_size=1).map(sorted),
        "least_base": st.sampled_from([0.01, 5, 20]),
        "most_points": st.integers(1, 60),
        "most_per": st.sampled_from(["purchase", "day", "week", "month", "year"]),
        "weekdays": st.sampled_from([["tuesday"], ["monday", "friday"]]),
        "hours": st.sampled_from([["09:00", "14:00"], ["22:00", "02:00"]]),
        "stores": st.just(["S1"]),
        "channels": st.just(["web"]),
        "from_tier": st.just("Silver"),
        "first_purchase": st.just(True),
        "birthday_days": st.integers(0, 31),
    }
    often = {"categories", "least_base", "most_points"}
    for key, strategy in wanted.items():
        if draw(st.integers(0, 3)) < (2 if key in often else 1):
            rule[key] = draw(strategy)
    if kind in {"points_per_piece", "take"} and not rule.keys() & {"categories", "products"}:
        rule["products"] = ["1", "2"]
    if "most_points" not in rule:
        rule.pop("most_per", None)
    return rule


@st.composite
def program_files(draw, rules=rules_of_the_file(), least=0):  # noqa: B008
    """What `read_program` makes of a random file that it accepts."""
    given = draw(st.lists(rules, min_size=least, max_size=5))
    earning = {
        "points_per_unit": draw(st.sampled_from([0.1, 0.3333, 1, 2.5])),
        "rounding": draw(st.sampled_from(["down", "half_up", "up"])),
        "stacking": draw(st.sampled_from(["best", "sum", "product"])),
        "remainder": draw(st.sampled_from(["drop", "carry"])),
        "excluded_categories": draw(st.sampled_from([[], ["tobacco"]])),
    }
    if draw(st.booleans()):
        earning["most_points"] = draw(st.integers(1, 200))
        earning["most_per"] = draw(st.sampled_from(["purchase", "day", "year"]))
    while True:
        try:
            return read_program(
                toml(
                    *given,
                    tiers=TIERS,
                    policy=draw(st.sampled_from(["debt", "within_balance"])),
                    **earning,
                )
            )
        except ProgramFileError as refused:
            # Without the rules it does not accept, the file is one that it does.
            bad = {
                int(fault.split("rule ")[1].split(",")[0].split(":")[0]) for fault in refused.faults
            }
            given = [rule for place, rule in enumerate(given, start=1) if place not in bad]


@st.composite
def baskets(draw, *, negative=True):
    """The lines of a receipt and what was paid for it: discounts and more than its lines too."""
    lines = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        amount = draw(cents(0, 4_000))
        if negative and draw(st.integers(0, 9)) == 0:
            amount = -amount
        lines.append(
            line(
                number,
                amount,
                category=draw(st.sampled_from(["", "CHEESE", "wine", "tobacco"])),
                department=draw(st.sampled_from(["", "", "Bread"])),
                product=draw(st.sampled_from(["", "1", "2"])),
                quantity=draw(st.sampled_from(["1", "1", "2", "3", "7", "0.345", "2.5"])),
            )
        )
    together = sum((one.amount for one in lines), Decimal(0))
    beyond = draw(st.sampled_from([0, 0, 1]) | st.integers(-3_000, 3_000))
    return tuple(lines), max(Decimal(0), together + Decimal(beyond).scaleb(-2))
