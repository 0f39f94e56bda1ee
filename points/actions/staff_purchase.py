"""A purchase that staff enter by hand: alone up to a limit, above it with a second person."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.approval import (
    NotWhatWasShown,
    ask_second_person,
    open_for_decision,
    settle,
    whom_it_is_about,
)
from members.actions.entitlement import refuse_own_account, staff_who_may
from members.models import Approval, Member
from members.models.approval import fingerprint
from members.refusals import Refusal
from points.actions.alone import add, count_of_today, fits
from points.actions.posting import post_events
from points.actions.receipts import book_receipt
from points.events import Purchase as PurchaseEvent
from points.models import AdjustedInADay, OpenReceipt, Purchase
from points.refusals import InTheFuture, OtherContent
from points.reports.wording import money, points_text

ENTER = "points.enter_purchase"
OLDEST = timedelta(days=365)


class TooLongAgo(Refusal):
    code = "too_long_ago"


class ReceiptKnown(Refusal):
    code = "receipt_known"


class ReportedOtherwise(Refusal):
    code = "reported_otherwise"


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on a receipt; `total` in euros, after discounts, including VAT."""

    source_id: int
    receipt: str
    store: str
    placed_at: datetime
    total: Decimal


@dataclass(frozen=True, slots=True)
class AskedPurchase:
    """A receipt for a member, the points it earns, and why it is entered by hand."""

    member_id: int
    slip: Slip
    points: int
    note: str

    def as_asked(self) -> dict[str, str | int]:
        """Write it down as an approval keeps it."""
        return {
            "member": self.member_id,
            "source": self.slip.source_id,
            "receipt": self.slip.receipt,
            "store": self.slip.store,
            "placed_at": self.slip.placed_at.isoformat(),
            "total": str(self.slip.total),
            "points": self.points,
            "note": self.note,
        }

    @classmethod
    def from_asked(cls, asked: dict[str, str | int]) -> "AskedPurchase":
        slip = Slip(
            source_id=int(asked["source"]),
            receipt=str(asked["receipt"]),
            store=str(asked["store"]),
            placed_at=datetime.fromisoformat(str(asked["placed_at"])),
            total=Decimal(str(asked["total"])),
        )
        return cls(int(asked["member"]), slip, int(asked["points"]), str(asked["note"]))


class _AboveLimit(Exception):
    """Takes back what was posted; `points` is what it would have earned."""

    def __init__(self, points: int) -> None:
        super().__init__(points)
        self.points = points


@transaction.atomic
def enter_purchase(
    *, staff_id: int, member_id: int, slip: Slip, note: str, now: datetime
) -> Purchase | Approval:
    """
    Post a purchase by hand, as its till would have; above the day's limit ask a second person.

    What the till reported without a card is posted as the till reported it. What nobody but
    this member of staff has seen counts, with the points it earns, in what they may give alone
    on a day; the same request twice is asked once. Refuses a moment to come or more than 365
    days ago, a receipt that is on record already, one's own account, and who may not (any
    more). Staff of one store enter that store's alone.
    """
    alone = count_of_today(staff_id=staff_id, now=now)
    member = Member.objects.lock(member_id)
    staff = staff_who_may(staff_id=staff_id, permission=ENTER)
    refuse_own_account(staff=staff, member=member)
    slip = replace(slip, receipt=slip.receipt.strip(), store=staff.store or slip.store.strip())
    if slip.placed_at > now:
        raise InTheFuture(_("This moment lies in the future; look at the date on the receipt."))
    if slip.placed_at < now - OLDEST:
        raise TooLongAgo(_("This purchase was more than a year ago; it earns no points any more."))

    reported = _reported(slip)
    if reported is not None:
        return book_receipt(staff_id=staff_id, receipt_id=reported.pk, member_id=member_id, now=now)
    try:
        return _post_alone(slip, member, alone, now)
    except _AboveLimit as above:
        return _ask(AskedPurchase(member.pk, slip, above.points, note), staff_id, now)


@transaction.atomic
def approve_purchase(
    *, approval_id: int, digest: str, staff_id: int, note: str, now: datetime
) -> Approval:
    """
    Post, word for word, the receipt a colleague asked for and this member of staff was shown.

    Whatever the ledger refuses leaves the request waiting. Refuses as `open_for_decision`
    does, if who asked may not enter purchases any more or gains by it, and if the receipt
    would earn other points by now than were shown.
    """
    approval = open_for_decision(approval_id=approval_id, digest=digest, staff_id=staff_id, now=now)
    asker = staff_who_may(staff_id=approval.asked_by_id, permission=ENTER)
    refuse_own_account(staff=asker, member=whom_it_is_about(approval=approval))

    asked = AskedPurchase.from_asked(approval.asked)
    reported = _reported(asked.slip)
    if reported is None:
        actor = f"user:{asker.pk},user:{staff_id}"
        bought = _post(asked.slip, whom_it_is_about(approval=approval), actor=actor, now=now)
    else:
        bought = book_receipt(
            staff_id=asker.pk, receipt_id=reported.pk, member_id=asked.member_id, now=now
        )
    if bought.earned != asked.points:
        raise NotWhatWasShown(
            _("By now this receipt earns %(points)s; it has to be asked again.")
            % {"points": points_text(bought.earned)}
        )
    return settle(
        approval=approval, state=Approval.State.APPROVED, staff_id=staff_id, note=note, now=now
    )


@transaction.atomic
def _post_alone(slip: Slip, member: Member, alone: AdjustedInADay, now: datetime) -> Purchase:
    bought = _post(slip, member, actor=f"user:{alone.staff_id}", now=now)
    if not fits(count=alone, points=bought.earned):
        raise _AboveLimit(bought.earned)
    add(count=alone, points=bought.earned)
    return bought


def _post(slip: Slip, member: Member, *, actor: str, now: datetime) -> Purchase:
    places = (slip.store, "", "", "")
    event = PurchaseEvent(slip.receipt, member.pk, slip.placed_at, slip.total, (), *places)
    outcome = post_events([event], source_id=slip.source_id, actor=actor, now=now)
    for _event, refusal in outcome.refused:
        raise _known(slip, member) if isinstance(refusal, OtherContent) else refusal
    if outcome.repeated:
        raise _known(slip, member)
    return Purchase.objects.get(source_id=slip.source_id, receipt=slip.receipt)


def _ask(purchase: AskedPurchase, staff_id: int, now: datetime) -> Approval:
    """Ask a second person, or return the same request that waits for one already."""
    asked = purchase.as_asked()
    waiting = Approval.objects.waiting(now).filter(
        kind=Approval.Kind.PURCHASE,
        member=purchase.member_id,
        asked_by=staff_id,
        digest=fingerprint(asked),
    )
    return waiting.first() or ask_second_person(
        kind=Approval.Kind.PURCHASE,
        member_id=purchase.member_id,
        asked=asked,
        reason=purchase.note,
        request_key=uuid4(),
        staff_id=staff_id,
        now=now,
    )


def _reported(slip: Slip) -> OpenReceipt | None:
    """Return the receipt as its till reported it; refuses one that says another amount."""
    reported = (
        OpenReceipt.objects.unclaimed()
        .filter(source_id=slip.source_id, receipt=slip.receipt)
        .first()
    )
    if reported is not None and reported.total != slip.total:
        raise ReportedOtherwise(
            _("The till itself reported receipt %(receipt)s with a total of %(total)s.")
            % {"receipt": reported.receipt, "total": money(reported.total)}
        )
    return reported


def _known(slip: Slip, member: Member) -> ReceiptKnown:
    earlier = Purchase.objects.get(source_id=slip.source_id, receipt=slip.receipt)
    if earlier.member_id == member.pk:
        return ReceiptKnown(
            _("This member has receipt %(receipt)s already, and its points.")
            % {"receipt": earlier.receipt}
        )
    return ReceiptKnown(
        _("Receipt %(receipt)s is on record already, for another member.")
        % {"receipt": earlier.receipt}
    )
