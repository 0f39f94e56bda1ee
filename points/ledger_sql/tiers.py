"""What a batch needs to know of tiers: windows of those who may rise, history of the late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.backends.utils import CursorWrapper

from points.book import Book
from points.events import Purchase, VoidRefund
from points.ledger_sql.statements import PLACEMENTS, WINDOW
from points.rules import Program


def load_standing(
    cursor: CursorWrapper,
    purchases: Sequence[Purchase],
    voids: Sequence[VoidRefund],
    program: Program,
    books: dict[int, Book],
) -> None:
    """The trailing window of members who may rise, and the history of those with late purchases."""
    versions = [rules for rules in program.versions if rules.tiers]
    if (not purchases and not voids) or not versions:
        return
    near = _may_rise(purchases, voids, program, books)
    if near:
        days = max(rules.window_days for rules in versions)
        first = min([*(event.at for event in purchases), *(event.at for event in voids)])
        _load_windows(cursor, near, first - timedelta(days=days + 2), versions[0].zone, books)
        for member in near:
            books[member].weigh_again(days)
    late = {
        event.member
        for event in purchases
        if (book := books.get(event.member)) is not None
        and book.tier_since is not None
        and event.at < book.tier_since
    }
    if late:
        cursor.execute(PLACEMENTS, (list(late),))
        for member, since, rank in cursor.fetchall():
            books[member].history.append((since, rank))


def _load_windows(
    cursor: CursorWrapper,
    members: list[int],
    first: datetime,
    zone: ZoneInfo,
    books: dict[int, Book],
) -> None:
    # A member's first purchases need no look back.
    bought_before = [member for member in members if books[member].purchases]
    if not bought_before:
        return
    cursor.execute(WINDOW, (bought_before, first))
    for member, at, status in cursor.fetchall():
        window = books[member].window
        if window is not None:
            window.append((at.astimezone(zone).date().toordinal(), status))


def _may_rise(
    purchases: Sequence[Purchase],
    voids: Sequence[VoidRefund],
    program: Program,
    books: dict[int, Book],
) -> list[int]:
    gains: dict[int, int] = {}
    last = program.versions[-1]
    for event in purchases:
        rules = program.at(event.at) or last
        gains[event.member] = gains.get(event.member, 0) + rules.value(event.total, 0)[1]
    for void in voids:
        gains[void.member] = 10**12
    near = []
    for member, gain in gains.items():
        book = books.get(member)
        if book is None:
            continue
        if not book.purchases:
            book.status_days = max(rules.window_days for rules in program.versions)
        stale = any(rules.window_days > book.status_days for rules in program.versions)
        next_threshold = min(
            (rules.threshold(book.tier + 1) for rules in program.versions if book.tier < rules.top),
            default=None,
        )
        if next_threshold is not None and (stale or book.status + gain >= next_threshold):
            book.window = []
            near.append(member)
    return near
