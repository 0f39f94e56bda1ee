"""The rules: what each event writes into a book. Each plans first and writes after."""

from bisect import insort
from datetime import datetime, timedelta
from decimal import Decimal

from points.book import Book
from points.book_rows import Bought, Refunded, Refused, Standing, Taken, canonical
from points.book_worth import value_purchase, value_rest
from points.events import Credit, Debit, Event, Purchase, Refund, Restore, VoidRefund
from points.kinds import MEMBER_BITS, Kind
from points.local_time import end_of_validity, local_day, midnight
from points.rules import NOTHING, Program, RefundPolicy, Rules


def apply(book: Book, event: Event, program: Program) -> None:
    """
    Write what an event means into its member's book.

    Raises Refused, with nothing written. The event must be new, lie within the program and
    come no earlier than the book's events of the same batch.
    """
    match event:
        case Purchase():
            record_purchase(book, event, _in_force(program, event.at))
        case Credit():
            give(book, event, _in_force(program, event.at))
        case Debit():
            spend(book, event)
        case Refund():
            refund(book, event, program)
        case Restore():
            restore(book, event)
        case VoidRefund():
            void_refund(book, event, program)
    if book.latest is None or event.at > book.latest:
        book.latest = event.at


def _in_force(program: Program, at: datetime) -> Rules:
    rules = program.at(at)
    if rules is None:
        raise Refused("outside_program")
    return rules


# Earning


def record_purchase(book: Book, event: Purchase, rules: Rules) -> Bought:
    """Earn on a purchase, at the tier of its moment, and rise before the next is valued."""
    if book.standing is Standing.CLOSED:
        raise Refused("member_closed")
    rank = book.tier_at(event.at)
    valued = value_purchase(book, event, rules, rank)
    book.purchases += 1
    lot = None
    if valued.points:
        available_at, expires_at = validity(event.at, rules)
        lot = book.credit(
            Kind.EARNED, valued.points, event.at, event.key, valued.why, available_at, expires_at
        ).id
    bought = Bought(
        id=book.member << MEMBER_BITS | book.purchases,
        key=event.key,
        member=book.member,
        at=event.at,
        total=event.total,
        base=valued.base,
        refunded=NOTHING,
        earned=valued.points,
        taken=0,
        waived=0,
        status=valued.status,
        tier=rank,
        version=rules.number,
        lot=lot,
        store=event.store,
        channel=event.channel,
        facts=valued.facts,
        gave=valued.gave,
        lines=event.lines,
        event=event,
        explanation=None if valued.points else valued.why,
    )
    book.bought[event.key] = bought
    book.recent[bought.id] = bought
    if valued.left is not None:
        book.remainder = valued.left
    if valued.status:
        weigh(book, valued.status, event.at, rules)
    return bought


def validity(at: datetime, rules: Rules) -> tuple[datetime, datetime]:
    """Return (available_at, expires_at) of points earned at an instant."""
    day = local_day(at, rules.zone)
    if rules.pending_days:
        day += timedelta(days=rules.pending_days)
        return midnight(day, rules.zone), end_of_validity(day, rules.valid_months, rules.zone)
    return at, end_of_validity(day, rules.valid_months, rules.zone)


def weigh(book: Book, status: int, at: datetime, rules: Rules) -> None:
    """Count status points, and raise the member if the trailing window reaches a threshold."""
    book.status += status
    if book.window is None:
        return
    insort(book.window, (local_day(at, rules.zone).toordinal(), status))
    if book.tier >= rules.top or book.status < rules.threshold(book.tier + 1):
        return
    last_day = book.window[-1][0]
    book.window = [item for item in book.window if item[0] > last_day - rules.window_days]
    book.weigh_again(rules.window_days)
    merited = rules.merited(book.status)
    if merited > book.tier:
        since = book.now if book.is_late(at) else at
        book.place(merited, max(since, book.tier_since or since))


def give(book: Book, event: Credit, rules: Rules) -> None:
    """Give points that no purchase earned; valid as the version says unless dated."""
    if book.standing is Standing.CLOSED:
        raise Refused("member_closed")
    available_at = event.available_at or event.at
    until = end_of_validity(local_day(available_at, rules.zone), rules.valid_months, rules.zone)
    facts: dict[str, str | int] = {"version": rules.number}
    if event.reason:
        facts["reason"] = event.reason
    book.credit(
        event.kind,
        event.points,
        event.at,
        event.key,
        canonical(facts),
        available_at,
        event.expires_at or until,
    )


# Spending


def spend(book: Book, event: Debit) -> Taken:
    """Take points out of open lots; refused unless all of it is there."""
    if event.kind is not Kind.ADJUSTED:
        if book.standing is Standing.CLOSED:
            raise Refused("member_closed")
        if book.standing is Standing.FROZEN:
            raise Refused("member_frozen")
    plan, short = book.plan(event.points, event.at)
    if short:
        raise Refused("not_enough_points", wanted=event.points, spendable=event.points - short)
    why = canonical({"reason": event.reason}) if event.reason else "{}"
    taken = book.debit(event.kind, plan, 0, event.at, event.key, why)
    if event.kind is Kind.REDEEMED:
        book.redeemed[event.key] = taken
    return taken


def restore(book: Book, event: Restore) -> None:
    """Undo a redemption, whole or in part, into the exact lots it came from."""
    taken = book.redeemed.get(event.redemption)
    if taken is None:
        raise Refused("unknown_redemption", key=event.redemption)
    if event.at < taken.at:
        raise Refused("before_redemption")
    points = taken.points if event.points is None else event.points
    if points <= 0 or points > taken.points:
        raise Refused("more_than_redeemed", wanted=points, left=taken.points)
    facts: dict[str, str | int] = {"redemption": event.redemption}
    if event.points is not None:
        facts["asked"] = event.points
    lots = [lot for lot, _ in taken.parts]
    book.write_due(lots, event.at)
    row = book.entry(Kind.RESTORED, points, event.at, event.key, canonical(facts))
    book.put_back(taken, points, row, event.at)
    book.lapse_ended(lots, event.at)


# Refunds


def left_to_take(book: Book, bought: Bought, target: int, at: datetime) -> int:
    """
    Return how many points refunds of a purchase should have taken by now, all together.

    What has expired of the purchase's own lot counts as taken back.
    """
    own = book.lot.get(bought.lot) if bought.lot is not None else None
    gone = 0
    if own is not None and at >= own.expires_at:
        gone = own.expired + own.remaining
    return max(0, bought.earned - gone - target)


def _revalue(book: Book, bought: Bought, program: Program) -> tuple[Decimal, int]:
    """
    Value what is left of the basket; move its status points and what it left over of a point.

    Returns (base left, target points).
    """
    rules = program.numbered(bought.version)
    rest = value_rest(bought, rules)
    difference = rest.status - bought.status
    bought.status = rest.status
    bought.gave = rest.gave
    bought.changed = True
    book.remainder += rest.moved
    book.review = book.review or book.tier > 0
    if difference > 0:
        weigh(book, difference, bought.at, rules)
    elif book.window is not None and difference:
        insort(book.window, (local_day(bought.at, rules.zone).toordinal(), difference))
    return rest.base, rest.points


def refund(book: Book, event: Refund, program: Program) -> None:
    """Take back what the rest of the basket would not have earned: a target, not a delta."""
    bought = book.bought.get(event.purchase)
    if bought is None:
        raise Refused("unknown_purchase", key=event.purchase)
    if bought.member != book.member:
        raise Refused("someone_elses")
    if event.at < bought.at:
        raise Refused("before_purchase")
    _check_lines(event, bought)
    bought.refunded += event.total
    bought.returned += event.lines
    base, target = _revalue(book, bought, program)
    goal = max(0, left_to_take(book, bought, target, event.at) - bought.taken)
    facts: dict[str, object] = {
        "base": str(base),
        "goal": goal,
        "purchase": bought.key,
        "refunded": str(event.total),
        "target": target,
        "version": bought.version,
    }
    if event.lines:
        facts["lines"] = [[part.line, str(part.quantity), str(part.amount)] for part in event.lines]
    beyond_paid = max(NOTHING, bought.refunded - bought.total)
    if beyond_paid:
        facts["beyond_paid"] = str(beyond_paid)
    refunded = _take_back(book, event, bought, goal, facts, program)
    refunded.beyond_paid = beyond_paid
    book.refunds[event.key] = refunded


def _check_lines(event: Refund, bought: Bought) -> None:
    if not event.lines:
        return
    known = {line.line for line in bought.lines}
    for part in event.lines:
        if part.line not in known:
            raise Refused("unknown_line", line=part.line)
    if sum((part.amount for part in event.lines), NOTHING) > event.total:
        raise Refused("lines_beyond_total")


def _take_back(
    book: Book,
    event: Refund,
    bought: Bought,
    goal: int,
    facts: dict[str, object],
    program: Program,
) -> Refunded:
    own = book.lot.get(bought.lot) if bought.lot is not None else None
    plan, short = book.plan(goal, event.at, own=own, pending=True)
    policy = program.numbered(bought.version).refund_policy
    waived = 0
    if short and (policy is RefundPolicy.WITHIN_BALANCE or book.standing is Standing.CLOSED):
        waived, short = short, 0
        facts["waived"] = waived
    bought.taken += goal
    bought.waived += waived
    if bought.taken and bought.lot is not None:
        book.claims[bought.lot] = bought
    why = canonical(facts)
    taken = None
    if goal > waived:
        taken = book.debit(Kind.CLAWED_BACK, plan, short, event.at, event.key, why)
    return Refunded(event.key, bought, event.at, event.total, waived, taken, why, lines=event.lines)


def void_refund(book: Book, event: VoidRefund, program: Program) -> None:
    """Undo a refund that was posted by mistake, as a redemption is undone."""
    undone = book.refunds.get(event.refund)
    if undone is None:
        raise Refused("unknown_refund", key=event.refund)
    if undone.voided_by is not None:
        raise Refused("already_voided")
    if event.at < undone.at:
        raise Refused("before_refund")
    bought = undone.purchase
    bought.refunded -= undone.total
    for part in undone.lines:
        bought.returned.remove(part)
    undone.voided_by = event.key
    undone.voided_at = event.at
    _, target = _revalue(book, bought, program)
    surplus = max(0, bought.taken - left_to_take(book, bought, target, event.at))
    others = [
        other
        for other in book.refunds.values()
        if other.purchase is bought and other is not undone and other.voided_by is None
    ]
    returns = _plan_returns([undone, *reversed(others)], surplus, book)
    _return(book, event, bought, returns)


Return = tuple[Refunded, int, int, int]
"""How much of a refund comes back: (refund, of what was waived, of its debt, of lots)."""


def _plan_returns(refunds: list[Refunded], points: int, book: Book) -> list[Return]:
    debts = {debt.id: debt for debt in book.debts}
    returns = []
    for undone in refunds:
        waived = min(points, undone.waived, undone.purchase.waived)
        points -= waived
        owed = of_lots = 0
        if undone.taken is not None:
            debt = debts.get(undone.taken.entry)
            owed = min(points, debt.remaining) if debt is not None else 0
            of_lots = min(points - owed, undone.taken.points)
            points -= owed + of_lots
        returns.append((undone, waived, owed, of_lots))
    return returns


def _return(book: Book, event: VoidRefund, bought: Bought, returns: list[Return]) -> None:
    lots = [lot for undone, *_ in returns if undone.taken for lot, _ in undone.taken.parts]
    book.write_due(lots, event.at)
    for undone, waived, _, _ in returns:
        undone.waived -= waived
        bought.waived -= waived
        bought.taken -= waived
    points = sum(owed + of_lots for _, _, owed, of_lots in returns)
    if not points:
        return
    bought.taken -= points
    why = canonical({"purchase": bought.key, "refund": event.refund})
    row = book.entry(Kind.REFUND_VOIDED, points, event.at, event.key, why)
    debts = {debt.id: debt for debt in book.debts}
    for undone, _, owed, _ in returns:
        if owed and undone.taken is not None:
            debt = debts[undone.taken.entry]
            debt.remaining -= owed
            book.debt -= owed
            book.allocations.append((debt.id, None, row.id, owed))
    for undone, _, _, of_lots in returns:
        if of_lots and undone.taken is not None:
            book.put_back(undone.taken, of_lots, row, event.at)
    book.lapse_ended(lots, event.at)
