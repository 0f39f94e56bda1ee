"""Keeping what tills report without a card, so that a member may claim it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.table_file import Fault
from points.actions.posting import CLOCK_SLACK
from points.activity_file import Reported
from points.events import Event, Line, Purchase, Refund
from points.models import OpenReceipt, OpenRefund
from points.models import Purchase as Posted
from points.models import Refund as PostedRefund
from points.program_cache import current_program
from points.rules import Program

KEPT_DAYS = 31
KEYS_A_QUERY = 5_000
OTHER_CONTENT = _("id: %(key)s was reported before with another moment, total or receipt.")


@dataclass(slots=True)
class Sorted:
    """A file's rows: those of members, and those that no card was shown at."""

    of_members: list[Reported] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class Kept:
    """What became of the rows without a card; `of_members` are refunds whose member is known."""

    receipts: int = 0
    refunds: int = 0
    repeated: int = 0
    too_old: int = 0
    of_members: list[Event] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def refuse(self, event: Purchase | Refund, why: object, **facts: object) -> None:
        self.faults.append(Fault(event.row, str(why) % facts if facts else str(why)))


def sort_out(*, reported: Sequence[Reported], source_id: int) -> Sorted:
    """
    Tell the rows of members from those without a card.

    A refund belongs to the purchase it refers to, whoever showed which card. A receipt that
    waits to be claimed is not booked to a card after all: that is refused.
    """
    bought = {item.event.key: item for item in reported if isinstance(item.event, Purchase)}
    open_keys = {key for key, item in bought.items() if not item.member}
    open_keys |= _waiting(_named(reported), source_id)
    rows = Sorted()
    for item in reported:
        match item.event:
            case Purchase() as event if not item.member:
                rows.purchases.append(event)
            case Purchase() as event if event.key in open_keys:
                why = _("id: %(key)s was reported before without a card; it can be claimed.")
                rows.faults.append(Fault(event.row, str(why) % {"key": event.key}))
            case Refund() as event if event.purchase in open_keys:
                rows.refunds.append(event)
            case Refund() as event if not item.member and event.purchase not in bought:
                rows.refunds.append(event)
            case Refund() as event:
                item.member = item.member or bought[event.purchase].member
                rows.of_members.append(item)
            case _:
                rows.of_members.append(item)
    return rows


@transaction.atomic
def keep_open_receipts(
    *, purchases: list[Purchase], refunds: list[Refund], source_id: int, now: datetime
) -> Kept:
    """
    Keep purchases without a card until somebody claims them, and what was given back for them.

    The same content again changes nothing, other content is refused; what is too old to be
    claimed is not kept. A refund of what has a member by now is handed back with that member.
    """
    kept = Kept()
    _keep_purchases(purchases, source_id, now, kept)
    _keep_refunds(refunds, source_id, now, kept)
    return kept


def _named(reported: Sequence[Reported]) -> set[str]:
    """The receipts that rows of members are about."""
    named = {item.event.key for item in reported if isinstance(item.event, Purchase)}
    return named | {item.event.purchase for item in reported if isinstance(item.event, Refund)}


def _waiting(keys: set[str], source_id: int) -> set[str]:
    """Return which of these receipts wait to be claimed."""
    open_ = OpenReceipt.objects.unclaimed().filter(source_id=source_id)
    return set(_by("receipt", open_, keys)) if open_.exists() else set()


def _by(column: str, rows: QuerySet[Any], keys: Iterable[str]) -> dict[str, Any]:
    """Load the rows with these keys, so many at a time."""
    wanted = sorted(set(keys))
    return {
        getattr(row, column): row
        for start in range(0, len(wanted), KEYS_A_QUERY)
        for row in rows.filter(**{f"{column}__in": wanted[start : start + KEYS_A_QUERY]})
    }


def _keep_purchases(purchases: list[Purchase], source_id: int, now: datetime, kept: Kept) -> None:
    keys = {event.key for event in purchases}
    known = _by("receipt", OpenReceipt.objects.filter(source_id=source_id), keys)
    known |= _by("receipt", Posted.objects.filter(source_id=source_id), keys)
    program = current_program()
    new = []
    for event in purchases:
        earlier = known.get(event.key)
        if earlier is None:
            if _is_kept(event, program, now, kept):
                new.append(_open_receipt(event, source_id, now))
        elif (earlier.placed_at, earlier.total) == (event.at, event.total):
            kept.repeated += 1
        else:
            kept.refuse(event, OTHER_CONTENT, key=event.key)
    OpenReceipt.objects.bulk_create(new, ignore_conflicts=True, batch_size=KEYS_A_QUERY)
    kept.receipts += len(new)


def _is_kept(event: Purchase, program: Program, now: datetime, kept: Kept) -> bool:
    if event.at > now + CLOCK_SLACK:
        kept.refuse(event, _("This lies in the future."))
    elif program.at(event.at) is None:
        kept.refuse(event, _("The program had not begun at that moment."))
    elif event.at < now - timedelta(days=KEPT_DAYS):
        kept.too_old += 1
    else:
        return True
    return False


def _open_receipt(event: Purchase, source_id: int, now: datetime) -> OpenReceipt:
    return OpenReceipt(
        source_id=source_id,
        receipt=event.key,
        placed_at=event.at,
        total=event.total,
        lines=[_line_as_json(line) for line in event.lines],
        store=event.store,
        till=event.till,
        cashier=event.cashier,
        channel=event.channel,
        recorded_at=now,
    )


def _line_as_json(line: Line) -> list[object]:
    """Write a line as an open receipt keeps it: in the order of its columns, numbers as text."""
    return [
        line.line,
        line.product,
        line.department,
        line.category,
        str(line.quantity),
        str(line.amount),
    ]


def _keep_refunds(refunds: list[Refund], source_id: int, now: datetime, kept: Kept) -> None:
    keys, receipts = {event.key for event in refunds}, {event.purchase for event in refunds}
    of_source = {"source_id": source_id}
    # Locked before the purchases are read: what is claimed meanwhile is a purchase by then.
    locked = OpenReceipt.objects.filter(**of_source).select_for_update(of=("self",)).order_by("pk")
    open_ = _by("receipt", locked, receipts)
    posted = _by("receipt", Posted.objects.filter(**of_source), receipts)
    known = _by("key", PostedRefund.objects.filter(**of_source).select_related("purchase"), keys)
    known |= _by("key", OpenRefund.objects.filter(**of_source).select_related("receipt"), keys)
    new = []
    for event in refunds:
        if event.purchase in posted:
            event.member = posted[event.purchase].member_id
            kept.of_members.append(event)
        elif event.purchase not in open_:
            why = _("refers_to: no receipt %(key)s is on record; nothing is taken back")
            kept.warnings.append(Fault(event.row, str(why) % {"key": event.purchase}))
        elif event.key in known:
            _compare(event, known[event.key], kept)
        elif event.at < open_[event.purchase].placed_at:
            kept.refuse(event, _("A refund cannot come before its purchase."))
        elif event.at > now + CLOCK_SLACK:
            kept.refuse(event, _("This lies in the future."))
        else:
            new.append(_open_refund(event, open_[event.purchase]))
    OpenRefund.objects.bulk_create(new, batch_size=KEYS_A_QUERY)
    kept.refunds += len(new)


def _compare(event: Refund, earlier: OpenRefund | PostedRefund, kept: Kept) -> None:
    of = earlier.receipt if isinstance(earlier, OpenRefund) else earlier.purchase
    if (earlier.refunded_at, earlier.total, of.receipt) == (event.at, event.total, event.purchase):
        kept.repeated += 1
    else:
        kept.refuse(event, OTHER_CONTENT, key=event.key)


def _open_refund(event: Refund, receipt: OpenReceipt) -> OpenRefund:
    return OpenRefund(
        source_id=receipt.source_id,
        key=event.key,
        receipt=receipt,
        refunded_at=event.at,
        total=event.total,
    )
