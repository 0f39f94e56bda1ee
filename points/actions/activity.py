"""Taking in what tills and earlier systems report: a night's file or ten years of history."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from django.db import connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils.translation import gettext_lazy as _

from members.actions.enrollment import enroll_by_number
from members.models import Card, ExternalId
from members.table_file import Fault
from points.actions.open_receipts import Sorted, keep_open_receipts, sort_out
from points.actions.posting import Outcome, identity, post_events
from points.activity_file import Reported, read_activity, read_lines
from points.events import Event, Line, Purchase, Refund, in_order

BATCH = 4_000
"""Events a transaction, cut between members: a killed run leaves each member whole or untouched."""
WORTH_A_PROCESS = 6_000


@dataclass(slots=True)
class Summary:
    """What became of a file; `too_old` rows had no card and are too old to be claimed."""

    posted: int = 0
    repeated: int = 0
    enrolled: int = 0
    without_card: int = 0
    too_old: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


Told = ParamSpec("Told")
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


@dataclass(slots=True)
class BatchResult:
    posted: int
    repeated: int
    refused: list[tuple[int, str]]
    warned: list[tuple[int, str]]


def import_activity(
    *,
    path: Path,
    source_id: int,
    now: datetime,
    lines: Path | None = None,
    create_members: bool = False,
    workers: int | None = None,
    progress: Progress = lambda *_: None,
) -> Summary:
    """
    Post a file of purchases, refunds, redemptions, bonuses and adjustments.

    A purchase without a card is kept until a member claims it, with what is given back for it.
    Rows are applied in time order whatever their order in the file; a row that does not hold
    is a fault and stops nothing. The same file again changes nothing. Each transaction holds
    whole members. Raises UnreadableFile before anything is written.
    """
    summary = Summary()
    reported = _read(path, summary, progress)
    if lines is not None:
        reported = _attach_lines(reported, lines, summary)
    rows = sort_out(reported=reported, source_id=source_id)
    events = _keep_without_card(rows, source_id, now, summary)
    members = _members(rows.of_members, source_id, now, summary, create=create_members)
    events += _resolved(rows.of_members, members, summary)
    del reported, rows
    events.sort(key=in_order)
    batches = list(_batches(events))
    if not connection.in_atomic_block and len(events) >= WORTH_A_PROCESS:
        count = workers or min(2, os.cpu_count() or 1)
    else:
        count = 1
    done = 0
    for result in _post_batches(events, batches, source_id, now, count):
        summary.posted += result.posted
        summary.repeated += result.repeated
        summary.faults += [Fault(row, why) for row, why in result.refused]
        summary.warnings += [Fault(row, why) for row, why in result.warned]
        done += result.posted + result.repeated + len(result.refused)
        progress("posting", done, len(events))
    summary.faults.sort(key=lambda fault: fault.row)
    if summary.posted >= WORTH_A_PROCESS:
        analyze()
    return summary


def _read(path: Path, summary: Summary, progress: Progress) -> list[Reported]:
    """Read all rows; a key that stands there twice counts once, with other content not at all."""
    reported: list[Reported] = []
    seen: dict[tuple[int, str], Reported] = {}
    for item in read_activity(path):
        if isinstance(item, Fault):
            summary.faults.append(item)
            continue
        key, _content = identity(item.event)
        earlier = seen.get(key)
        if earlier is None:
            seen[key] = item
            reported.append(item)
        elif (earlier.member, identity(earlier.event)) == (item.member, identity(item.event)):
            summary.repeated += 1
        else:
            summary.faults.append(
                Fault(
                    item.event.row,
                    str(_("id: %(key)s stands on line %(row)s with other content"))
                    % {"key": item.event.key, "row": earlier.event.row},
                )
            )
        if len(reported) % 10_000 == 0:
            progress("reading", len(reported), 0)
    return reported


def _attach_lines(reported: list[Reported], path: Path, summary: Summary) -> list[Reported]:
    """Give each purchase its lines; a purchase with a faulty line is not taken."""
    purchases = {
        item.event.key: item.event for item in reported if isinstance(item.event, Purchase)
    }
    lines: dict[str, dict[int, Line]] = {}
    faulty = set()
    for receipt, line in read_lines(path, set(purchases)):
        if isinstance(line, Fault):
            summary.faults.append(Fault(line.row, line.why, path.name))
            faulty.add(receipt)
        else:
            lines.setdefault(receipt, {})[line.line] = line
    for receipt, numbered in lines.items():
        purchases[receipt].lines = tuple(numbered[number] for number in sorted(numbered))
    for receipt in faulty & set(purchases):
        why = str(_("id: its lines cannot be read; nothing of it was posted"))
        summary.faults.append(Fault(purchases[receipt].row, why))
    return [
        item
        for item in reported
        if item.event.key not in faulty or not isinstance(item.event, Purchase)
    ]


def _keep_without_card(
    rows: Sorted, source_id: int, now: datetime, summary: Summary
) -> list[Event]:
    """Keep what no card was shown at; return the refunds whose member turned out to be known."""
    summary.faults += rows.faults
    if not rows.purchases and not rows.refunds:
        return []
    kept = keep_open_receipts(
        purchases=rows.purchases, refunds=rows.refunds, source_id=source_id, now=now
    )
    summary.without_card = kept.receipts + kept.refunds
    summary.repeated += kept.repeated
    summary.too_old = kept.too_old
    summary.faults += kept.faults
    summary.warnings += kept.warnings
    return kept.of_members


def _members(
    reported: list[Reported], source_id: int, now: datetime, summary: Summary, *, create: bool
) -> dict[str, tuple[int, datetime | None]]:
    """Find who is meant: (member, since when that card is blocked) by number."""
    numbers = {item.member for item in reported}
    found: dict[str, tuple[int, datetime | None]] = {
        number: (member, blocked_at)
        for number, member, blocked_at in Card.objects.filter(number__in=numbers).values_list(
            "number", "member_id", "blocked_at"
        )
    }
    if create:
        joined: dict[str, datetime] = {}
        for item in reported:
            if item.member not in found:
                at = item.event.at
                joined[item.member] = min(at, joined.get(item.member, at), now)
        before = ExternalId.objects.filter(source_id=source_id, key__in=joined).count()
        enrolled = enroll_by_number(source_id=source_id, joined=joined, now=now)
        summary.enrolled = len(enrolled) - before
        return found | {number: (member, None) for number, member in enrolled.items()}
    known = ExternalId.objects.filter(source_id=source_id, key__in=numbers)
    return found | {
        number: (member, None) for number, member in known.values_list("key", "member_id")
    }


def _resolved(
    reported: list[Reported],
    members: dict[str, tuple[int, datetime | None]],
    summary: Summary,
) -> list[Event]:
    events = []
    for item in reported:
        member, blocked_at = members.get(item.member, (None, None))
        if member is None:
            why = str(_("member: nobody has the number %(number)s")) % {"number": item.member}
            summary.faults.append(Fault(item.event.row, why))
        elif blocked_at is not None and item.event.at >= blocked_at:
            why = str(_("member: card %(number)s is blocked")) % {"number": item.member}
            summary.faults.append(Fault(item.event.row, why))
        else:
            item.event.member = member
            events.append(item.event)
    return events


def _batches(events: list[Event]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(events):
        end = min(start + BATCH, len(events))
        while end < len(events) and events[end].member == events[end - 1].member:
            end += 1
        yield start, end
        start = end


_shared: list[Event] = []
"""The events of this run, where the workers of this run find them."""


def _post_batches(
    events: list[Event],
    batches: list[tuple[int, int]],
    source_id: int,
    now: datetime,
    workers: int,
) -> Iterable[BatchResult]:
    jobs = [(start, end, source_id, now) for start, end in batches]
    _shared[:] = events
    try:
        if workers == 1:
            yield from map(_post_batch, jobs)
            return
        # The workers must not share our connections with us.
        for ours in connections.all(initialized_only=True):
            ours.close()
            if isinstance(ours, DatabaseWrapper):
                ours.close_pool()
        gc.freeze()
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            yield from pool.imap_unordered(_post_batch, jobs)
    finally:
        gc.unfreeze()
        _shared.clear()


def _post_batch(job: tuple[int, int, int, datetime]) -> BatchResult:
    start, end, source_id, now = job
    outcome = post_events(
        _shared[start:end], source_id=source_id, actor=f"import:{source_id}", now=now
    )
    return BatchResult(
        len(outcome.posted),
        len(outcome.repeated),
        [(event.row, str(refusal)) for event, refusal in outcome.refused],
        list(_large_refunds(outcome)),
    )


def _large_refunds(outcome: Outcome) -> Iterator[tuple[int, str]]:
    """A refund of more than was paid is taken, and said."""
    for event in outcome.posted:
        if isinstance(event, Refund):
            refund = outcome.books[event.member].refunds[event.key]
            if refund.beyond_paid:
                yield (
                    event.row,
                    str(_("total: %(amount)s more than was paid for %(purchase)s"))
                    % {"amount": refund.beyond_paid, "purchase": event.purchase},
                )


def analyze() -> None:
    """Let the planner know that the tables have grown, where the role may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE members_member, members_card, points_account, points_entry, points_lot,"
            " points_purchase, points_allocation"
        )


def rehearsal(action: Callable[Told, Summary]) -> Callable[Told, Summary]:
    """Make an action that does everything another does, then undoes it."""

    @wraps(action)
    def rehearse(*args: Told.args, **kwargs: Told.kwargs) -> Summary:
        with transaction.atomic():
            summary = action(*args, **kwargs)
            transaction.set_rollback(True)
        return summary

    return rehearse


rehearse_activity = rehearsal(import_activity)
