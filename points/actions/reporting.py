"""Purchases that tills report one by one or a day at once, and what one would earn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NoReturn

from django.db import transaction

from members.refusals import Refusal
from points.actions.posting import Outcome, post_events
from points.actions.printing import coupons_of
from points.events import Event, Refund, Returned
from points.models import Purchase
from points.receipts import Coupon
from points.reports.posted import (
    Posted,
    PostedRefund,
    just_posted,
    posted_purchase,
    posted_purchases,
    posted_refund,
)


@dataclass(frozen=True, slots=True)
class Reported:
    """A purchase on record; `is_new` unless it had been reported before."""

    posted: Posted
    is_new: bool
    coupons: tuple[Coupon, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedRefund:
    """A refund on record; `is_new` unless it had been reported before."""

    told: PostedRefund
    is_new: bool


class _TakenBack(Exception):
    """Undoes what was posted only to see what it would have done, and brings that along."""

    def __init__(self, told: Posted) -> None:
        super().__init__()
        self.told = told


def report_purchase(
    *, event: Event, source_id: int, actor: str, now: datetime, has_printer: bool = True
) -> Reported:
    """
    Post a purchase and tell what it earned; or tell again what the same one earned before.

    The posting is a transaction of its own, with the coupons to print; telling only reads.
    """
    outcome = post_events(
        [event], source_id=source_id, actor=actor, now=now, has_printer=has_printer
    )
    for _event, refusal in outcome.refused:
        raise refusal
    told = _told_of(outcome).get(event.key)
    coupons = outcome.coupons
    if told is None:
        known = Purchase.objects.get(source_id=source_id, receipt=event.key)
        told = posted_purchase(known)
        if outcome.repeated and has_printer:
            coupons = coupons_of(purchases=[known.pk])
    return Reported(told, is_new=bool(outcome.posted), coupons=next(iter(coupons.values()), ()))


@transaction.atomic
def report_purchases(
    *, events: Sequence[Event], source_id: int, actor: str, now: datetime
) -> list[Reported | Refusal]:
    """Post many at once, in time order; an answer for each, in the order they came."""
    outcome = post_events(events, source_id=source_id, actor=actor, now=now, has_printer=True)
    refused = {id(event): refusal for event, refusal in outcome.refused}
    new = {id(event) for event in outcome.posted}
    told = _told_of(outcome)
    printed = {
        event.key: outcome.coupons.get(outcome.books[event.member].bought[event.key].id, ())
        for event in outcome.posted
    }
    known = {event.key for event in events if id(event) not in refused} - told.keys()
    if known:
        rows = list(Purchase.objects.filter(source_id=source_id, receipt__in=known))
        told |= posted_purchases(rows)
        before = [row for row in rows if row.receipt not in printed]
        again = coupons_of(purchases=[row.pk for row in before])
        printed |= {row.receipt: again.get(row.pk, ()) for row in before}
    return [
        refused.get(id(event))
        or Reported(told[event.key], is_new=id(event) in new, coupons=printed[event.key])
        for event in events
    ]


def _told_of(outcome: Outcome) -> dict[str, Posted]:
    """Tell what was posted just now, as far as its books can."""
    told = {
        event.key: just_posted(outcome.books[event.member], event.key, outcome.program)
        for event in outcome.posted
    }
    return {receipt: posted for receipt, posted in told.items() if posted is not None}


def preview_purchase(*, event: Event, source_id: int, actor: str, now: datetime) -> Posted:
    """
    Tell what a purchase would earn if it were reported now, and keep nothing of it.

    It is posted as it would be, then taken back: so the two never say different things.
    """
    try:
        _report_and_take_back(event, source_id, actor, now)
    except _TakenBack as taken_back:
        return taken_back.told


@transaction.atomic
def report_refund(
    *,
    purchase: Purchase,
    refund: str,
    refunded_at: datetime,
    total: Decimal,
    actor: str,
    now: datetime,
    lines: tuple[Returned, ...] = (),
) -> ReportedRefund:
    """Post a refund and tell what it took; or tell again what the same one took before."""
    event = Refund(refund, purchase.member_id, refunded_at, total, purchase.receipt, lines=lines)
    outcome = post_events([event], source_id=purchase.source_id, actor=actor, now=now)
    for _event, refusal in outcome.refused:
        raise refusal
    return ReportedRefund(
        posted_refund(source_id=purchase.source_id, key=refund), is_new=bool(outcome.posted)
    )


def preview_refund(
    *,
    purchase: Purchase,
    refund: str,
    refunded_at: datetime,
    total: Decimal,
    actor: str,
    now: datetime,
    lines: tuple[Returned, ...] = (),
) -> PostedRefund:
    """Tell what a refund would take if it were reported now, and keep nothing of it."""
    with transaction.atomic():
        done = report_refund(
            purchase=purchase,
            refund=refund,
            refunded_at=refunded_at,
            total=total,
            actor=actor,
            now=now,
            lines=lines,
        )
        transaction.set_rollback(True)
    return done.told


@transaction.atomic
def _report_and_take_back(event: Event, source_id: int, actor: str, now: datetime) -> NoReturn:
    done = report_purchase(
        event=event, source_id=source_id, actor=actor, now=now, has_printer=False
    )
    raise _TakenBack(done.posted)
