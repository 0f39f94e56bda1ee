"""What became of a purchase or a refund, as its till was told; the same however often it is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from points.book import Book
from points.book_rows import Entry as Line
from points.kinds import MEMBER_BITS
from points.models import Account, Allocation, Entry, Lot, Purchase, Refund
from points.program_cache import current_program
from points.reports.explanations import Around, explain, explain_all, explain_purchase
from points.reports.wording import money
from points.rules import Program, Rules

# What earned nothing has no line of its own: it comes after the last one recorded before it.
SINCE = """
SELECT w.receipt, COALESCE(sum(e.points), 0)
  FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
       AS w (receipt, lot, lowest, highest, recorded_at)
  LEFT JOIN points_entry e ON e.id < w.highest AND e.id > COALESCE(w.lot, (
       SELECT b.id FROM points_entry b
        WHERE b.id >= w.lowest AND b.id < w.highest AND b.recorded_at <= w.recorded_at
        ORDER BY b.id DESC LIMIT 1), w.lowest)
 GROUP BY w.receipt
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """
    `points` as posted, `pending` the part that cannot be spent yet, `balance` right after it.

    `tier` is the rank the purchase was valued at, `tier_name` its name in the language spoken.
    """

    purchase: str
    points: int
    pending: int
    balance: int
    tier: int
    tier_name: str
    explanation: list[str]


@dataclass(frozen=True, slots=True)
class PostedRefund:
    """`points` as taken, 0 or below; `waived` what was let go because it had been spent."""

    refund: str
    purchase: str
    points: int
    waived: int
    explanation: list[str]


def posted_refund(*, source_id: int, key: str) -> PostedRefund:
    """Tell a refund as it was posted, whatever happened since."""
    row = Refund.objects.select_related("purchase", "entry__source").get(
        source_id=source_id, key=key
    )
    if row.entry is None:
        explanation = [
            _("Nothing taken back for a return of %(total)s.") % {"total": money(row.total)}
        ]
    else:
        explanation = explain(row.entry)
    return PostedRefund(
        refund=row.key,
        purchase=row.purchase.receipt,
        points=row.entry.points if row.entry else 0,
        waived=int(row.explanation.get("waived", 0)),
        explanation=explanation,
    )


def posted_purchase(purchase: Purchase) -> Posted:
    """Tell a purchase as it was posted, whatever happened since."""
    return posted_purchases([purchase])[purchase.receipt]


def just_posted(book: Book, receipt: str, program: Program) -> Posted | None:
    """
    Tell a purchase from the book that has just posted it, without asking the database.

    Nothing if it earned nothing: what came before it is then known by the rows alone.
    """
    bought = book.bought[receipt]
    if bought.lot is None:
        return None
    line, later = _line_and_later(book, bought.lot)
    lot = book.lot[line.id]
    entry = _as_row(book, line)
    around = Around(program, {}, {}, {entry.pk: _moved_by(book, entry)})
    return Posted(
        purchase=receipt,
        points=bought.earned,
        pending=bought.earned if lot.available_at > book.now else 0,
        balance=book.balance - later,
        tier=bought.tier,
        tier_name=tier_name(program.numbered(bought.version), bought.tier),
        explanation=explain_all([entry], around)[0],
    )


def _line_and_later(book: Book, number: int) -> tuple[Line, int]:
    """Find a line that a book has just written, and the points of those it wrote after it."""
    later = 0
    for line in reversed(book.entries):
        if line.id == number:
            return line, later
        later += line.points
    raise LookupError(number)


def _as_row(book: Book, line: Line) -> Entry:
    lot = book.lot[line.id]
    entry = Entry(
        pk=line.id,
        kind=line.kind,
        points=line.points,
        occurred_at=datetime.fromisoformat(line.time),
        source_id=line.source,
        operation=line.operation,
        explanation=json.loads(line.explanation),
    )
    # Makes it known to the entry as well.
    Lot(entry=entry, available_at=lot.available_at, expires_at=lot.expires_at)
    return entry


def _moved_by(book: Book, entry: Entry) -> list[Allocation]:
    return [
        Allocation(entry_id=debit, lot_id=lot, cause_id=cause, points=points)
        for debit, lot, cause, points in book.allocations
        if cause == entry.pk
    ]


def posted_purchases(purchases: Sequence[Purchase]) -> dict[str, Posted]:
    """Tell purchases of one source, by receipt, in a constant number of queries."""
    program = current_program()
    lots = [bought.lot for bought in purchases if bought.lot is not None]
    entries = list(Entry.objects.select_related("lot", "source").filter(pk__in=lots))
    told = dict(zip([entry.pk for entry in entries], explain_all(entries), strict=True))
    earned = {entry.pk: entry for entry in entries}
    balances = _balances_after(purchases)
    return {
        bought.receipt: Posted(
            purchase=bought.receipt,
            points=bought.earned,
            pending=_pending(bought, earned.get(bought.lot or 0)),
            balance=balances[bought.receipt],
            tier=bought.tier_id,
            tier_name=tier_name(program.numbered(bought.version_id), bought.tier_id),
            explanation=told[bought.lot]
            if bought.lot is not None
            else explain_purchase(bought, program),
        )
        for bought in purchases
    }


def _pending(purchase: Purchase, entry: Entry | None) -> int:
    is_pending = entry is not None and entry.lot.available_at > purchase.recorded_at
    return purchase.earned if is_pending else 0


def tier_name(rules: Rules, rank: int) -> str:
    """Return what a version calls a rank; nothing for who has reached no tier."""
    if not rank or rank > rules.top:
        return ""
    tier = rules.tiers[rank - 1]
    return tier.name_en if get_language() == "en" else tier.name_nl


def _balances_after(purchases: Sequence[Purchase]) -> dict[str, int]:
    """
    The balance right after each purchase: today's, less what came since.

    Right after a posting nothing has; so it costs as much as there is since, not as there is.
    """
    today = dict(
        Account.objects.filter(pk__in={bought.member_id for bought in purchases}).values_list(
            "pk", "balance"
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            SINCE,
            (
                [bought.receipt for bought in purchases],
                [bought.lot for bought in purchases],
                [bought.member_id << MEMBER_BITS for bought in purchases],
                [(bought.member_id + 1) << MEMBER_BITS for bought in purchases],
                [bought.recorded_at for bought in purchases],
            ),
        )
        since = dict(cursor.fetchall())
    return {
        bought.receipt: today[bought.member_id] - int(since[bought.receipt]) for bought in purchases
    }
