"""A refund that staff enter by hand, shown before it is done; and undone if it was a mistake."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.approval import NotWhatWasShown
from members.actions.entitlement import MayNot, refuse_own_account, staff_who_may
from members.models import Member
from members.refusals import Refusal
from points.actions.purchases import void_refund
from points.actions.reporting import report_refund
from points.events import Returned
from points.models import Purchase, Refund
from points.reports.posted import PostedRefund

ENTER = "points.enter_purchase"
BY_HAND = "hand-"
"""How the keys begin of refunds that staff entered."""


class NotByHand(Refusal):
    code = "not_by_hand"


@dataclass(frozen=True, slots=True)
class Return:
    """What is given back for a purchase; `total` in euros, `lines` for what where it is known."""

    purchase_id: int
    request_key: UUID
    refunded_at: datetime
    total: Decimal
    lines: tuple[Returned, ...] = ()


@transaction.atomic
def enter_refund(*, staff_id: int, asked: Return, shown: int | None, now: datetime) -> PostedRefund:
    """
    Take back what a return costs in points; the same request twice counts once.

    `shown` is what the member of staff was told it would take, 0 or below; by now it may be
    another number, and then nothing happens. Refuses one's own account, another store's
    purchase, who may not (any more), and what the ledger refuses.
    """
    purchase = Purchase.objects.get(pk=asked.purchase_id)
    _check_may(staff_id, purchase)
    told = report_refund(
        purchase=purchase,
        refund=f"{BY_HAND}{asked.request_key.hex}",
        refunded_at=asked.refunded_at,
        total=asked.total,
        lines=asked.lines,
        actor=f"user:{staff_id}",
        now=now,
    ).told
    if shown is not None and told.points != shown:
        raise NotWhatWasShown(
            _("By now this would take another number of points; look at it again.")
        )
    return told


def preview_refund_by_staff(*, staff_id: int, asked: Return, now: datetime) -> PostedRefund:
    """Tell what a refund would take, or refuse as entering it would; keeps nothing."""
    with transaction.atomic():
        told = enter_refund(staff_id=staff_id, asked=asked, shown=None, now=now)
        transaction.set_rollback(True)
    return told


@transaction.atomic
def undo_refund(*, staff_id: int, refund_id: int, request_key: UUID, now: datetime) -> None:
    """
    Put back what a refund took that staff entered by mistake.

    What a till reported stays: the money was given back there.
    """
    refund = Refund.objects.select_related("purchase", "entry").get(pk=refund_id)
    if not is_by_hand(refund=refund):
        raise NotByHand(_("The till reported this return; only the till can correct it."))
    _check_may(staff_id, refund.purchase)
    void_refund(
        member_id=refund.purchase.member_id,
        source_id=refund.source_id,
        request_key=f"undo-{request_key.hex}",
        refund=refund.key,
        voided_at=now,
        actor=f"user:{staff_id}",
        now=now,
    )


def is_by_hand(*, refund: Refund) -> bool:
    """Whether staff entered it: who took the points says so, whatever number a till made up."""
    by_staff = refund.entry is None or refund.entry.actor.startswith("user:")
    return by_staff and refund.key.startswith(BY_HAND)


def _check_may(staff_id: int, purchase: Purchase) -> None:
    member = Member.objects.lock(purchase.member_id)
    staff = staff_who_may(staff_id=staff_id, permission=ENTER)
    refuse_own_account(staff=staff, member=member)
    if staff.store and staff.store != purchase.store:
        raise MayNot(_("This purchase was made in another store."))
