"""What a purchase is worth in its member's book: in which circumstances, and the why of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from points.book import Book
from points.book_rows import Bought, Circumstances, Gave, canonical, plain
from points.earning import WHOLE, Basket, Worth, worth_of
from points.earning_rules import Remainder, is_birthday
from points.events import Line, Purchase, Returned
from points.local_time import local_day
from points.rules import NOTHING, Rules

NONE = frozenset[int]()


@dataclass(slots=True)
class Valued:
    """A purchase valued: what it earns, what its record keeps of it, and why."""

    base: Decimal
    points: int
    status: int
    why: str
    facts: Circumstances | None = None
    gave: Gave | None = None
    left: Decimal | None = None
    """The part of a point that goes along to the next purchase, where the version has it so."""


@dataclass(slots=True)
class Rest:
    """What is left of a purchase after its refunds, and what that is worth."""

    base: Decimal
    points: int
    status: int
    gave: Gave | None = None
    moved: Decimal = NOTHING
    """By how much the part of a point left over changes."""


def basis(
    total: Decimal, lines: Sequence[Line], rules: Rules
) -> tuple[Decimal, list[tuple[str, Decimal]]]:
    """
    Return what of a purchase earns, and what each excluded category took off.

    The base is the total less lines in excluded categories, matched on category or
    department; never below nothing.
    """
    if not lines or not rules.excluded:
        return total, []
    off: dict[str, Decimal] = {}
    for line in lines:
        name = _excluded_by(line, rules)
        if name is not None:
            off[name] = off.get(name, NOTHING) + line.amount
    return max(NOTHING, total - sum(off.values(), NOTHING)), sorted(off.items())


def _excluded_by(line: Line, rules: Rules) -> str | None:
    for name in (line.category, line.department):
        if name.casefold() in rules.excluded:
            return name
    return None


def value_purchase(book: Book, event: Purchase, rules: Rules, rank: int) -> Valued:
    """Value a purchase at a rank, in the circumstances that the book knows now."""
    base, excluded = basis(event.total, event.lines, rules)
    if rules.is_plain:
        points, status = rules.value(base, rank)
        why = _why(event, rules, base, excluded, rank, status, None) if book.keeps_why else ""
        return Valued(base, points, status, why)
    circumstances = _circumstances(book, event, rules)
    basket = Basket(event.at, base, _earning(event.lines, rules), event.store, event.channel, rank)
    worth = worth_of(basket, rules, circumstances)
    return Valued(
        base,
        worth.points,
        worth.status,
        _why(event, rules, base, excluded, rank, worth.status, worth) if book.keeps_why else "",
        circumstances,
        Gave(worth.extras, worth.left),
        worth.left if rules.remainder is Remainder.CARRY else None,
    )


def value_rest(bought: Bought, rules: Rules) -> Rest:
    """
    Value what is left of the basket under its own version, tier and circumstances.

    What was given back without saying for which line comes out of what earns.
    """
    named, lines = rest_of(bought.lines, bought.returned)
    base = bought.base
    if bought.returned:
        base, _ = basis(bought.total - named, lines, rules)
    base = max(NOTHING, base - max(NOTHING, bought.refunded - named))
    if rules.is_plain:
        points, status = rules.value(base, bought.tier)
        return Rest(base, points, status)
    basket = Basket(
        bought.at, base, _earning(lines, rules), bought.store, bought.channel, bought.tier
    )
    worth = worth_of(basket, rules, bought.facts or Circumstances())
    moved = NOTHING
    if rules.remainder is Remainder.CARRY:
        moved = worth.left - (bought.gave.left if bought.gave is not None else NOTHING)
    return Rest(base, worth.points, worth.status, Gave(worth.extras, worth.left), moved)


def rest_of(lines: Sequence[Line], returned: Sequence[Returned]) -> tuple[Decimal, Sequence[Line]]:
    """Return what refunds by line gave back together, and the lines as they now are."""
    if not returned:
        return NOTHING, lines
    gone: dict[int, tuple[Decimal, Decimal]] = {}
    for part in returned:
        pieces, amount = gone.get(part.line, (NOTHING, NOTHING))
        gone[part.line] = pieces + part.quantity, amount + part.amount
    named, left = NOTHING, []
    for line in lines:
        pieces, amount = gone.get(line.line, (NOTHING, NOTHING))
        amount = min(amount, max(NOTHING, line.amount))
        named += amount
        left.append(_lessened(line, pieces, amount))
    return named, left


def _lessened(line: Line, pieces: Decimal, amount: Decimal) -> Line:
    if not pieces and not amount:
        return line
    return replace(
        line,
        quantity=max(NOTHING, line.quantity - pieces),
        amount=line.amount - amount,
        price=line.amount / line.quantity if line.quantity else None,
    )


def _earning(lines: Iterable[Line], rules: Rules) -> list[Line]:
    return [line for line in lines if _excluded_by(line, rules) is None]


# Circumstances


def _circumstances(book: Book, event: Purchase, rules: Rules) -> Circumstances:
    return Circumstances(
        not book.purchases,
        _birthdays(book, event, rules) if book.birthday is not None else NONE,
        _room(book, event, rules),
        book.remainder if rules.remainder is Remainder.CARRY else NOTHING,
    )


def _birthdays(book: Book, event: Purchase, rules: Rules) -> frozenset[int]:
    day = local_day(event.at, rules.zone)
    return frozenset(
        rule.number
        for rule in rules.birthday_rules
        if is_birthday(book.birthday, day, rule.birthday_days or 0)
    )


def _room(book: Book, event: Purchase, rules: Rules) -> dict[int, Decimal]:
    """Return what each cap still allows in the period of a purchase, net of refunds."""
    room = {}
    for number, cap in rules.caps.items():
        start, end = cap.bounds(event.at, rules.zone)
        left = Decimal(cap.points)
        for bought in book.recent.values():
            if start <= bought.at < end:
                left -= _counts(bought, number, rules)
        room[number] = max(NOTHING, left)
    return room


def _counts(bought: Bought, number: int, rules: Rules) -> Decimal:
    if number == WHOLE:
        return Decimal(bought.earned - bought.taken + bought.waived)
    # The rules of another version are other rules, whatever their numbers.
    if bought.version != rules.number or bought.gave is None:
        return NOTHING
    return bought.gave.extras.get(number, NOTHING)


# Why


def _why(
    event: Purchase,
    rules: Rules,
    base: Decimal,
    excluded: list[tuple[str, Decimal]],
    rank: int,
    status: int,
    worth: Worth | None,
) -> str:
    """Write the explanation as it is kept: canonical JSON, from base to points."""
    if worth is not None:
        return canonical(_whole_why(event, rules, base, excluded, rank, worth))
    less = ""
    if excluded:
        less = f'"excluded":{canonical([[name, str(amount)] for name, amount in excluded])},'
    return (
        f'{{"base":"{base}",{less}"multiplier":"{rules.multiplier(rank)}",'
        f'"rate":"{rules.points_per_unit}","rounding":"{rules.rounding}","status":{status},'
        f'"tier":{rank},"total":"{event.total}","version":{rules.number}}}'
    )


def _whole_why(
    event: Purchase,
    rules: Rules,
    base: Decimal,
    excluded: list[tuple[str, Decimal]],
    rank: int,
    worth: Worth,
) -> dict[str, object]:
    why: dict[str, object] = {
        "base": str(base),
        "extras": [
            [rule, plain(extra), *([plain(worth.wanted[rule])] if rule in worth.wanted else [])]
            for rule, extra in sorted(worth.extras.items())
        ],
        "missed": [[rule, str(reason)] for rule, reason in sorted(worth.missed.items())],
        "multiplier": str(rules.multiplier(rank)),
        "rate": str(rules.points_per_unit),
        "rounding": str(rules.rounding),
        "status": worth.status,
        "tier": rank,
        "total": str(event.total),
        "version": rules.number,
    }
    if excluded:
        why["excluded"] = [[name, str(amount)] for name, amount in excluded]
    # What earns nothing leaves what was left over as it is.
    if worth.carried and base:
        why["carried"] = plain(worth.carried)
    if worth.left and base:
        why["left"] = plain(worth.left)
    if worth.over:
        why["over"] = worth.over
    return why
