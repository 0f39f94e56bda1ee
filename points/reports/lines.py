"""A member's book as its reader sees it: line by line, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.kinds import Kind
from points.models import Entry, Purchase
from points.program_cache import current_program
from points.reports.explanations import (
    explain_all,
    explain_purchase,
    look_around,
    purchase_key,
    purchases_of,
)
from points.reports.wording import signed, whole

LATE = 20
"""So many entries recorded later, yet of earlier days, hide nothing that happened last."""
TITLES: dict[Kind, Promise] = {
    Kind.EARNED: _("Purchase"),
    Kind.BONUS: _("Bonus"),
    Kind.CLAWED_BACK: pgettext_lazy("goods brought back", "Return"),
    Kind.REDEEMED: _("Redeemed"),
    Kind.RESTORED: _("Given back"),
    Kind.EXPIRED: _("Expired"),
    Kind.ADJUSTED: _("Correction"),
    Kind.GIFT_SENT: _("Gift sent"),
    Kind.GIFT_RECEIVED: _("Gift received"),
    Kind.REFUND_VOIDED: _("Return undone"),
}


NOTHING = "nothing"
"""What a purchase that earned no points is called: among the kinds, and its picture."""


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, where and when, how many points, and why."""

    number: int
    icon: str
    title: str
    where: str
    occurred_at: datetime
    points: int
    signed: str
    summary: str
    details: tuple[str, ...]


def book_of(member_id: int) -> QuerySet[Entry]:
    """Select a member's entries with what explaining them needs, the latest first."""
    entries: QuerySet[Entry] = Entry.objects.of_member(member_id)
    # A join would be made for the whole book before a page is cut from it.
    return entries.prefetch_related("lot", "owed").order_by("-occurred_at", "-id")


def purchases_without_points(member_id: int) -> QuerySet[Purchase]:
    """Select a member's purchases that earned nothing, the latest first."""
    return Purchase.objects.filter(member_id=member_id, earned=0).order_by("-placed_at", "-id")


def lines_of(entries: Sequence[Entry]) -> list[Line]:
    """Write entries of one member as lines, in a constant number of queries."""
    around = look_around(entries)
    lines = []
    for entry, why in zip(entries, explain_all(entries, around), strict=True):
        purchase = around.purchase_of(entry)
        lines.append(
            Line(
                number=entry.sequence,
                icon=icon_of(entry),
                title=title_of(entry),
                where=purchase.store if purchase else "",
                occurred_at=entry.occurred_at,
                points=entry.points,
                signed=signed(entry.points),
                summary=why[0],
                details=tuple(why[1:]),
            )
        )
    return lines


def title_of(entry: Entry) -> str:
    """Name what happened, in a word or two."""
    if entry.explanation.get("reason") == "welcome":
        return str(pgettext_lazy("title of a bonus", "Welcome"))
    if entry.explanation.get("reason") == "opening":
        return str(pgettext_lazy("title of points from an earlier program", "Brought along"))
    return str(TITLES[Kind(entry.kind)])


def icon_of(entry: Entry) -> str:
    """Name the picture of a kind of line."""
    return Kind(entry.kind).name.lower()


def lines_without_points(purchases: Sequence[Purchase]) -> list[Line]:
    """Write purchases that earned nothing as lines; they have no entry to number them."""
    lines = []
    program = current_program() if purchases else None
    for purchase in purchases:
        why = explain_purchase(purchase, program)
        lines.append(
            Line(
                number=0,
                icon=NOTHING,
                title=str(TITLES[Kind.EARNED]),
                where=purchase.store,
                occurred_at=purchase.placed_at,
                points=0,
                signed=whole(0),
                summary=why[0],
                details=tuple(why[1:]),
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, where and when, and how many points."""

    icon: str
    title: str
    where: str
    occurred_at: datetime
    points: int
    signed: str


def latest_happenings(member_id: int, most: int) -> list[Happening]:
    """
    Return what happened last, the latest first; three queries, however long the book.

    Looks among the last that were recorded: what came in very late may be left to the book.
    Of points that expired only the last, or they would hide what the member did.
    """
    recorded = Entry.objects.of_member(member_id).order_by("-id")
    done = recorded.exclude(kind=Kind.EXPIRED)[: most + LATE]
    expired = recorded.filter(kind=Kind.EXPIRED)[:1]
    entries = sorted(
        [*done, *expired], key=lambda entry: (entry.occurred_at, entry.pk), reverse=True
    )[:most]
    purchases = purchases_of(entries)
    return [
        Happening(
            icon=icon_of(entry),
            title=title_of(entry),
            where=purchase.store if (purchase := purchases.get(purchase_key(entry))) else "",
            occurred_at=entry.occurred_at,
            points=entry.points,
            signed=signed(entry.points),
        )
        for entry in entries
    ]
