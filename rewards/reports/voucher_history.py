"""What happened to a voucher, newest first: issued, held, used, given back, withdrawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from points.reports.actors import who_did
from points.reports.wording import money, points_text
from rewards.models import Capture, Reservation, Rollback, Voucher

MOST_SHOWN = 100
"""A promotional code may be used by thousands; the latest tell enough."""


class What(Enum):
    """A kind of happening: its label, and its symbol in the back office."""

    ISSUED = (gettext_lazy("issued"), "local_activity")
    HELD = (gettext_lazy("held by a till"), "hourglass_top")
    RELEASED = (gettext_lazy("let go"), "lock_open")
    LAPSED = (gettext_lazy("hold ran out"), "timer_off")
    USED = (gettext_lazy("used"), "shopping_bag")
    GIVEN_BACK = (gettext_lazy("given back"), "undo")
    WITHDRAWN = (gettext_lazy("withdrawn"), "block")

    @property
    def label(self) -> Promise:
        return self.value[0]

    @property
    def symbol(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Told:
    """A happening as staff read it."""

    symbol: str
    words: str
    at: datetime
    details: str
    who: str


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


NOTES = {
    Voucher.TAKEN_BACK: gettext_lazy("taken back by the member"),
    Voucher.HANDED_OVER: gettext_lazy("handed over"),
}
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
    bought = voucher.redemption
    yield Happening(
        What.ISSUED,
        voucher.issued_at,
        actor=bought.actor if bought is not None else "",
        points=bought.points if bought is not None else 0,
    )
    if voucher.voided_at is not None:
        yield Happening(What.WITHDRAWN, voucher.voided_at, note=voucher.void_reason)


def _holds(voucher: Voucher) -> Iterator[Happening]:
    held = voucher.reservations.select_related("client__source").order_by("-id")[:MOST_SHOWN]
    for hold in held:
        yield _of(hold, What.HELD, hold.made_at, hold.amount)
        end = ENDS.get(Reservation.State(hold.state))
        if end is not None and hold.ended_at is not None:
            yield _of(hold, end, hold.ended_at)


def _of(hold: Reservation, what: What, at: datetime, amount: Decimal | None = None) -> Happening:
    return Happening(
        what, at, amount=amount, order=hold.order, where=_where(hold), actor=hold.actor
    )


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


def history_in_words(voucher: Voucher) -> list[Told]:
    """Tell all that happened; a query more for each who did something."""
    happened = history_of(voucher)
    names = {actor: who_did(actor) for actor in {one.actor for one in happened} if actor}
    return [
        Told(
            symbol=one.what.symbol,
            words=str(one.what.label),
            at=one.at,
            details=_details(one),
            who=names.get(one.actor, ""),
        )
        for one in happened
    ]


def _details(one: Happening) -> str:
    parts = [
        money(one.amount) if one.amount else "",
        _("order %(order)s") % {"order": one.order} if one.order else "",
        one.where,
        points_text(one.points) if one.points else "",
        _("undone") if one.is_undone else "",
        NOTES.get(one.note, one.note),
    ]
    return " · ".join(str(part) for part in parts if part)
