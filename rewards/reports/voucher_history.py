"""What happened to a voucher, newest first: issued, held, used, given back, withdrawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rewards.models import Capture, Reservation, Rollback, Voucher

MOST_SHOWN = 100
"""A promotional code may be used by thousands; the latest tell enough."""


class What(Enum):
    """A kind of happening: its label, and its symbol in the back office."""

    ISSUED = (_("issued"), "local_activity")
    HELD = (_("held by a till"), "hourglass_top")
    RELEASED = (_("let go"), "lock_open")
    LAPSED = (_("hold ran out"), "timer_off")
    USED = (_("used"), "shopping_bag")
    GIVEN_BACK = (_("given back"), "undo")
    WITHDRAWN = (_("withdrawn"), "block")

    @property
    def label(self) -> Promise:
        return self.value[0]

    @property
    def symbol(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Happening:
    """
    One thing that happened; `amount` is what came off an order or went back.

    `where` is the source of the till or shop, empty at the counter; `actor` says who.
    """

    what: What
    at: datetime
    amount: Decimal | None = None
    order: str = ""
    where: str = ""
    actor: str = ""
    note: str = ""
    points: int = 0
    is_undone: bool = False


ENDS = {
    Reservation.State.RELEASED: What.RELEASED,
    Reservation.State.LAPSED: What.LAPSED,
}


def uses_of(voucher: Voucher) -> list[Happening]:
    """What its owner is told: what it was used on, and what came back; two queries."""
    return _newest_first([*_captures(voucher), *_rollbacks(voucher)])


def history_of(voucher: Voucher) -> list[Happening]:
    """All that happened, for staff; three queries."""
    happened = [*_issue(voucher), *_holds(voucher), *_captures(voucher), *_rollbacks(voucher)]
    return _newest_first(happened)


def _newest_first(happened: list[Happening]) -> list[Happening]:
    order = list(What)
    return sorted(happened, key=lambda one: (one.at, order.index(one.what)), reverse=True)


def _issue(voucher: Voucher) -> Iterator[Happening]:
    yield Happening(What.ISSUED, voucher.issued_at)
    if voucher.voided_at is not None:
        yield Happening(What.WITHDRAWN, voucher.voided_at, note=voucher.void_reason)


def _holds(voucher: Voucher) -> Iterator[Happening]:
    held = voucher.reservations.select_related("client__source").order_by("-id")[:MOST_SHOWN]
    for hold in held:
        told = {"order": hold.order, "where": _where(hold), "actor": hold.actor}
        yield Happening(What.HELD, hold.made_at, amount=hold.amount, **told)
        end = ENDS.get(Reservation.State(hold.state))
        if end is not None and hold.ended_at is not None:
            yield Happening(end, hold.ended_at, **told)


def _captures(voucher: Voucher) -> Iterator[Happening]:
    used = Capture.objects.filter(voucher=voucher).select_related("reservation__client__source")
    for capture in used.order_by("-id")[:MOST_SHOWN]:
        yield Happening(
            What.USED,
            capture.captured_at,
            amount=capture.amount,
            order=capture.order or capture.reservation.order,
            where=_where(capture.reservation),
            actor=capture.actor,
            is_undone=capture.is_undone,
        )


def _rollbacks(voucher: Voucher) -> Iterator[Happening]:
    back = Rollback.objects.filter(capture__voucher=voucher).select_related(
        "capture__reservation", "client__source"
    )
    for rollback in back.order_by("-id")[:MOST_SHOWN]:
        yield Happening(
            What.GIVEN_BACK,
            rollback.at,
            amount=rollback.amount,
            order=rollback.capture.order or rollback.capture.reservation.order,
            where=_source(rollback.client),
            actor=rollback.actor,
            points=rollback.points,
        )


def _where(hold: Reservation) -> str:
    return _source(hold.client)


def _source(client: object) -> str:
    return str(getattr(client, "source", "") or "")
