"""A purchase that staff enter by hand, from a receipt that never reached us."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import refuse_own_account, staff_who_may
from members.models import Member
from members.refusals import Refusal
from points.actions.posting import post_events
from points.actions.receipts import book_receipt
from points.events import Purchase as PurchaseEvent
from points.models import OpenReceipt, Purchase
from points.refusals import InTheFuture, OtherContent
from points.reports.wording import money

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


@transaction.atomic
def enter_purchase(*, staff_id: int, member_id: int, slip: Slip, now: datetime) -> Purchase:
    """
    Post a purchase by hand, as its till would have, and return it.

    What the till reported without a card is posted as the till reported it. Refuses a moment to
    come or more than 365 days ago, a receipt that is on record already, one's own account, and
    who may not (any more). Staff of one store enter that store's alone.
    """
    member = Member.objects.lock(member_id)
    staff = staff_who_may(staff_id=staff_id, permission=ENTER)
    refuse_own_account(staff=staff, member=member)
    if slip.placed_at > now:
        raise InTheFuture(_("This moment lies in the future; look at the date on the receipt."))
    if slip.placed_at < now - OLDEST:
        raise TooLongAgo(_("This purchase was more than a year ago; it earns no points any more."))

    reported = _reported(slip)
    if reported is not None:
        return book_receipt(staff_id=staff_id, receipt_id=reported.pk, member_id=member_id, now=now)
    event = PurchaseEvent(
        slip.receipt.strip(),
        member.pk,
        slip.placed_at,
        slip.total,
        (),
        staff.store or slip.store.strip(),
        "",
        "",
        "",
    )
    outcome = post_events([event], source_id=slip.source_id, actor=f"user:{staff.pk}", now=now)
    for _event, refusal in outcome.refused:
        raise _known(slip, member) if isinstance(refusal, OtherContent) else refusal
    if outcome.repeated:
        raise _known(slip, member)
    return Purchase.objects.get(source_id=slip.source_id, receipt=event.key)


def _reported(slip: Slip) -> OpenReceipt | None:
    """Return the receipt as its till reported it; refuses one that says another amount."""
    reported = (
        OpenReceipt.objects.unclaimed()
        .filter(source_id=slip.source_id, receipt=slip.receipt.strip())
        .first()
    )
    if reported is not None and reported.total != slip.total:
        raise ReportedOtherwise(
            _("The till itself reported receipt %(receipt)s with a total of %(total)s.")
            % {"receipt": reported.receipt, "total": money(reported.total)}
        )
    return reported


def _known(slip: Slip, member: Member) -> ReceiptKnown:
    earlier = Purchase.objects.get(source_id=slip.source_id, receipt=slip.receipt.strip())
    if earlier.member_id == member.pk:
        return ReceiptKnown(
            _("This member has receipt %(receipt)s already, and its points.")
            % {"receipt": earlier.receipt}
        )
    return ReceiptKnown(
        _("Receipt %(receipt)s is on record already, for another member.")
        % {"receipt": earlier.receipt}
    )
