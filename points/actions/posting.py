"""The ledger speaks sets: one way in for every event, be it one or ten thousand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal
from members.signals import announce
from points.actions.printing import Coupons, coupons_for
from points.book import Book
from points.book_rows import Refused, Stamp
from points.book_rules import apply
from points.events import (
    Credit,
    Debit,
    Event,
    Purchase,
    Refund,
    Restore,
    VoidRefund,
    in_lines,
    in_order,
)
from points.kinds import Kind
from points.ledger_sql.load import (
    PURCHASE_KEYS,
    REFUND_KEYS,
    VOID_KEYS,
    Loaded,
    load_books,
)
from points.ledger_sql.write import write_books
from points.refusals import (
    InTheFuture,
    OtherContent,
    OutsideProgram,
    RuleSaysNo,
    UnknownMember,
)
from points.rules import Program
from points.signals import points_posted

CLOCK_SLACK = timedelta(minutes=5)
"""How far a till's clock may run ahead of ours."""


@dataclass(slots=True)
class Outcome:
    """
    What became of a batch: how many were new, how many known, and which were refused.

    `coupons` are those to print below its receipts, by purchase.
    """

    posted: list[Event] = field(default_factory=list)
    repeated: list[Event] = field(default_factory=list)
    refused: list[tuple[Event, Refusal]] = field(default_factory=list)
    books: dict[int, Book] = field(default_factory=dict)
    program: Program = field(default_factory=lambda: Program([]))
    coupons: Coupons = field(default_factory=dict)


def post_events(
    events: Sequence[Event],
    *,
    source_id: int,
    actor: str,
    now: datetime,
    has_printer: bool = False,
) -> Outcome:
    """
    Post events of one source for any number of members, all in one transaction.

    Each fact is posted once, for ever: what was posted before with the same content is
    repeated, with other content refused. A refused event leaves nothing behind and does not
    stop the others. `actor` is an id such as `user:7`, never a name. With `has_printer` new
    purchases may bring coupons to print.
    """
    stamp = Stamp(now, source_id, actor)
    ordered = sorted(events, key=in_order)
    try:
        return _post(ordered, stamp, has_printer=has_printer)
    except IntegrityError:
        # Another till posted the same key for another member while we held our locks; on the
        # second try it is known, and a fault of our own fails again.
        return _post(ordered, stamp, has_printer=has_printer)


def post_event(event: Event, *, source_id: int, actor: str, now: datetime) -> Book:
    """Post one event, or raise the refusal it met. Returns the book as it stands after it."""
    outcome = post_events([event], source_id=source_id, actor=actor, now=now)
    for _event, refusal in outcome.refused:
        raise refusal
    return outcome.books[event.member]


@transaction.atomic
def _post(events: Sequence[Event], stamp: Stamp, *, has_printer: bool) -> Outcome:
    loaded = load_books(events, stamp)
    outcome = Outcome(books=loaded.books, program=loaded.program)
    for event in events:
        refusal = _post_one(event, loaded, stamp.recorded_at, outcome)
        if refusal is not None:
            outcome.refused.append((event, refusal))
    if outcome.posted:
        posted = {event.member for event in outcome.posted}
        write_books([loaded.books[member] for member in sorted(posted)], stamp)
        if len(posted) == 1:
            announce(points_posted, member_id=next(iter(posted)))
        if has_printer:
            bought = [
                loaded.books[event.member].bought[event.key]
                for event in outcome.posted
                if isinstance(event, Purchase)
            ]
            outcome.coupons = coupons_for(bought=bought, now=stamp.recorded_at)
    return outcome


def _post_one(event: Event, loaded: Loaded, now: datetime, outcome: Outcome) -> Refusal | None:
    book = loaded.books.get(event.member)
    if book is None:
        return UnknownMember(_("There is no member with this number."))
    key, content = identity(event)
    earlier = loaded.known.get(key)
    if earlier is not None:
        if earlier != content:
            return _differs(event, earlier, content)
        outcome.repeated.append(event)
        return None
    if event.at > now + CLOCK_SLACK:
        return InTheFuture(_("This lies in the future."))
    if loaded.program.at(event.at) is None:
        return OutsideProgram(_("The program had not begun at that moment."))
    try:
        apply(book, event, loaded.program)
    except Refused as refused:
        return RuleSaysNo(refused.code, **refused.details)
    loaded.known[key] = content
    outcome.posted.append(event)
    return None


def identity(event: Event) -> tuple[tuple[int, str], tuple[object, ...]]:
    """Return the key by which an event is known for ever, and the content that must agree."""
    match event:
        case Purchase():
            return (PURCHASE_KEYS, event.key), (event.member, event.at, event.total)
        case Refund():
            refunded = (event.member, event.at, event.total, event.purchase, in_lines(event.lines))
            return (REFUND_KEYS, event.key), refunded
        case VoidRefund():
            return (VOID_KEYS, event.key), (event.member, event.at, event.refund)
        case Restore():
            restored = (event.member, event.at, event.redemption, event.points)
            return (Kind.RESTORED, event.key), restored
        case Credit():
            return (event.kind, event.key), (event.member, event.at, event.points)
        case Debit():
            return (event.kind, event.key), (event.member, event.at, -event.points)


def _differs(event: Event, earlier: tuple[object, ...], content: tuple[object, ...]) -> Refusal:
    names = {
        Purchase: ("member", "moment", "total"),
        Refund: ("member", "moment", "total", "purchase", "lines"),
        VoidRefund: ("member", "moment", "refund"),
        Restore: ("member", "moment", "redemption", "points"),
    }.get(type(event), ("member", "moment", "points"))
    different = [name for name, old, new in zip(names, earlier, content, strict=True) if old != new]
    return OtherContent(
        _("%(key)s was posted before with another %(different)s.")
        % {"key": event.key, "different": ", ".join(different)},
        key=event.key,
        different=", ".join(different),
    )
