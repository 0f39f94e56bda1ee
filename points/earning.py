"""What a purchase is worth: base, every rule that fires and every one that does not, cap, rounding.

Pure. The worth never grows when something of the basket goes: so refunds in any number of parts
come to the same as one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from points.book_rows import Circumstances
from points.earning_rules import (
    MOST_TIMES,
    EarningRule,
    Free,
    Missed,
    Remainder,
    Scene,
    Stacking,
)
from points.events import Line
from points.rules import NOTHING, ONE, Rules

TIER = 0
"""The number under which the tier's multiplier stands among the rules."""
WHOLE = 0
"""The number under which the cap on all points stands among the caps of rules."""
FOUR_DECIMALS = Decimal("0.0001")
CENTS = Decimal("0.01")


@dataclass(slots=True)
class Basket:
    """What is left of a purchase: its base in currency units, and the lines that earn."""

    at: datetime
    base: Decimal
    lines: Sequence[Line] = ()
    store: str = ""
    channel: str = ""
    rank: int = 0


@dataclass(slots=True)
class Worth:
    """
    What a purchase earns: points = base x rate + extras + carried, rounded once, less `over`.

    `extras` are what each rule adds (`TIER` first), `wanted` what it would have added without
    its cap where that is more; `over` what the cap on all points took; `left` goes along to
    the next purchase.
    """

    points: int = 0
    status: int = 0
    extras: dict[int, Decimal] = field(default_factory=dict)
    wanted: dict[int, Decimal] = field(default_factory=dict)
    missed: dict[int, Missed] = field(default_factory=dict)
    carried: Decimal = NOTHING
    left: Decimal = NOTHING
    over: int = 0


def worth_of(basket: Basket, rules: Rules, facts: Circumstances) -> Worth:
    """Value a basket under a version, in the circumstances of its purchase."""
    worth = Worth(carried=facts.carried, left=facts.carried)
    if basket.base <= NOTHING:
        worth.missed = {rule.number: Missed.NOTHING_OF_IT for rule in rules.earning_rules}
        return worth
    plain = basket.base * rules.points_per_unit
    worth.status = rules.rounded(plain)
    parts = _parts(basket, rules, facts, worth)
    _multiply(basket, rules, parts, worth)
    _give(basket, rules, parts, worth)
    _trim(rules, facts.room, worth)
    exact = plain + sum(worth.extras.values(), facts.carried)
    worth.points = max(0, rules.rounded(exact))
    worth.left = exact - worth.points if rules.remainder is Remainder.CARRY else NOTHING
    room = facts.room.get(WHOLE, Decimal(rules.cap.points) if rules.cap else None)
    if room is not None and worth.points > room:
        worth.over = worth.points - int(room)
        worth.points = int(room)
    return worth


# Which rules fire


def _parts(
    basket: Basket, rules: Rules, facts: Circumstances, worth: Worth
) -> dict[int, list[Line]]:
    """Return the lines of each rule that fires; the others are missed, and say why."""
    local = basket.at.astimezone(rules.zone)
    scene = Scene(
        local.date(),
        local.time(),
        basket.store,
        basket.channel,
        basket.rank,
        facts.is_first,
        facts.birthdays,
    )
    parts = {}
    for rule in rules.earning_rules:
        reason = rule.missed(scene)
        if reason is None:
            lines = rule.lines_of(basket.lines)
            reason = _too_little(rule, basket, lines) or _used_up(rule, facts)
            if reason is None:
                parts[rule.number] = lines
                continue
        worth.missed[rule.number] = reason
    return parts


def _too_little(rule: EarningRule, basket: Basket, lines: list[Line]) -> Missed | None:
    part = min(basket.base, _amount(lines)) if rule.is_of_lines else basket.base
    if part <= NOTHING and (rule.multiplier is None or not _has_some(lines)):
        return Missed.NOTHING_OF_IT
    if rule.least_base and part < rule.least_base:
        return Missed.TOO_LITTLE
    if rule.points_per_piece is not None and not _pieces(lines):
        return Missed.TOO_FEW
    if rule.free is not None and _free_value(lines, rule.free) <= NOTHING:
        return Missed.TOO_FEW
    return None


def _used_up(rule: EarningRule, facts: Circumstances) -> Missed | None:
    """A cap that earlier purchases have used up: something else may then be best."""
    room = facts.room.get(rule.number)
    return Missed.CAP if room is not None and room <= NOTHING else None


def _has_some(lines: Iterable[Line]) -> bool:
    # Lines of money off aside: a multiplier that went with them could let another have its part.
    return any(line.amount > NOTHING for line in lines)


def _amount(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines), NOTHING)


# Multipliers


def _multiply(basket: Basket, rules: Rules, parts: Mapping[int, list[Line]], worth: Worth) -> None:
    """Add what multipliers give: each part of the basket under all that meet there."""
    meeting = {
        rule.number: rule.multiplier
        for rule in rules.multiplying
        if rule.multiplier is not None and rule.number in parts
    }
    tier = rules.multiplier(basket.rank)
    if tier != ONE:
        meeting[TIER] = tier
    if not meeting:
        return
    split = _split(basket, rules, parts, meeting)
    for amount, numbers in split:
        together = {number: meeting[number] for number in sorted(numbers)}
        for number, times in _shares(together, rules.stacking):
            extra = amount * rules.points_per_unit * times
            worth.extras[number] = worth.extras.get(number, NOTHING) + extra
    shared = frozenset[int]().union(*(numbers for _, numbers in split))
    for number in meeting:
        if number != TIER and number not in worth.extras:
            beaten = number in shared
            worth.missed[number] = Missed.BEATEN if beaten else Missed.NOTHING_OF_IT


def _split(
    basket: Basket,
    rules: Rules,
    parts: Mapping[int, list[Line]],
    meeting: Mapping[int, Decimal],
) -> list[tuple[Decimal, frozenset[int]]]:
    """
    Split the base by the multipliers that meet, the most favorable part first.

    What the lines together say beyond the base (a discount on the whole order) comes off the
    least favorable part; what the receipt has beyond its lines counts with the rest.
    """
    of_lines = {
        rule.number for rule in rules.multiplying if rule.is_of_lines and rule.number in meeting
    }
    everywhere = frozenset(meeting) - of_lines
    if not of_lines:
        return [(basket.base, everywhere)] if everywhere else []
    groups: dict[frozenset[int], Decimal] = {}
    mine = {number: {id(line) for line in parts[number]} for number in of_lines}
    for line in basket.lines:
        numbers = frozenset(number for number in of_lines if id(line) in mine[number])
        if numbers:
            groups[numbers] = groups.get(numbers, NOTHING) + line.amount
    left, split = basket.base, []
    ordered = sorted(
        ((numbers | everywhere, amount) for numbers, amount in groups.items()),
        key=lambda group: (-_times(group[0], meeting, rules.stacking), sorted(group[0])),
    )
    for numbers, amount in ordered:
        part = min(left, max(NOTHING, amount))
        left -= part
        if part:
            split.append((part, numbers))
    if left and everywhere:
        split.append((left, everywhere))
    return split


def _times(numbers: frozenset[int], meeting: Mapping[int, Decimal], stacking: Stacking) -> Decimal:
    together = {number: meeting[number] for number in sorted(numbers)}
    return sum((times for _, times in _shares(together, stacking)), NOTHING)


def _shares(together: Mapping[int, Decimal], stacking: Stacking) -> list[tuple[int, Decimal]]:
    """Return how many times the plain points each multiplier adds, where these meet."""
    if not together:
        return []
    if stacking is Stacking.BEST:
        best = max(together, key=lambda number: (together[number], -number))
        return [(best, together[best] - ONE)] if together[best] > ONE else []
    shares = []
    so_far = ONE
    for number, multiplier in together.items():
        if stacking is Stacking.SUM:
            then = so_far + multiplier - ONE
        else:
            then = (so_far * multiplier).quantize(FOUR_DECIMALS, ROUND_FLOOR)
        then = min(then, MOST_TIMES)
        if then > so_far:
            shares.append((number, then - so_far))
        so_far = then
    return shares


# Points that do not multiply


def _give(basket: Basket, rules: Rules, parts: Mapping[int, list[Line]], worth: Worth) -> None:
    """Add fixed points, points a piece and what comes back; whole points each."""
    for rule in rules.giving:
        if rule.number not in parts:
            continue
        lines = parts[rule.number]
        if rule.points is not None:
            points = rule.points
        elif rule.points_per_piece is not None:
            points = _pieces(lines) * rule.points_per_piece
        elif rule.free is not None:
            back = min(basket.base, _free_value(lines, rule.free))
            points = int(back * rule.free.back_at)
        else:
            points = 0
        worth.extras[rule.number] = Decimal(points)


def _pieces(lines: Iterable[Line]) -> int:
    """Whole pieces that were paid for; what is sold by weight makes none of less than one."""
    return sum(int(line.quantity) for line in lines if line.amount > NOTHING and line.quantity > 0)


def _free_value(lines: Iterable[Line], free: Free) -> Decimal:
    """
    Return what the free pieces cost, in currency units.

    Pieces are ranked by price, the dearest first; of each `take` in a row the last
    `take - pay` are free. A piece that goes makes the others cheaper or nothing, never dearer.
    """
    priced = sorted(
        (
            (_price(line), int(line.quantity))
            for line in lines
            if line.amount > NOTHING and line.quantity >= 1
        ),
        reverse=True,
    )
    value, place = NOTHING, 0
    for price, pieces in priced:
        value += price * (_free_up_to(place + pieces, free) - _free_up_to(place, free))
        place += pieces
    return value


def _price(line: Line) -> Decimal:
    price = line.amount / line.quantity if line.price is None else line.price
    return price.quantize(CENTS, ROUND_FLOOR)


def _free_up_to(pieces: int, free: Free) -> int:
    rounds, rest = divmod(pieces, free.take)
    return rounds * (free.take - free.pay) + max(0, rest - free.pay)


# Caps


def _trim(rules: Rules, room: Mapping[int, Decimal], worth: Worth) -> None:
    """Cut what a rule gives to what its cap has left."""
    for rule in rules.capped:
        number = rule.number
        if rule.cap is None or number not in worth.extras:
            continue
        left = room.get(number, Decimal(rule.cap.points))
        if worth.extras[number] > left:
            worth.wanted[number] = worth.extras[number]
            worth.extras[number] = left
