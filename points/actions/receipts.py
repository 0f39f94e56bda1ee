"""Receipts without a card: claimed by a member, booked by staff, forgotten after a month."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import refuse_own_account, staff_who_may
from members.models import Member, Source
from members.refusals import Refusal
from points.actions.open_receipts import KEPT_DAYS
from points.actions.posting import post_events
from points.events import Event, Line
from points.events import Purchase as PurchaseEvent
from points.events import Refund as RefundEvent
from points.local_time import end_of_day, local_day, midnight
from points.models import ClaimTries, OpenReceipt, OpenRefund, Purchase
from points.program_cache import program_zone
from points.refusals import OtherContent, RuleSaysNo
from points.reports.wording import day as written_day

CLAIM_DAYS = 30
TRIES_A_DAY = 10
FORGOTTEN_A_BATCH = 5_000
ENTER = "points.enter_purchase"


class NoSuchReceipt(Refusal):
    code = "no_such_receipt"


class OnAnotherCard(Refusal):
    code = "on_another_card"


class ClaimedBefore(Refusal):
    code = "claimed_before"


class TooOldToClaim(Refusal):
    code = "too_old_to_claim"


class DayToCome(Refusal):
    code = "day_to_come"


class WhollyReturned(Refusal):
    code = "wholly_returned"


class TooManyTries(Refusal):
    code = "too_many_tries"


@transaction.atomic
def count_try(*, member_id: int, now: datetime) -> None:
    """Count one try of today, before it is made; refuses the eleventh and says when to return."""
    today = local_day(now, program_zone())
    count = _tries_of(member_id, today)
    if count.tries >= TRIES_A_DAY:
        raise TooManyTries(
            _(
                "You have tried %(tries)s times today. You can try again on %(day)s; or ask us "
                "to look the receipt up."
            )
            % {"tries": TRIES_A_DAY, "day": written_day(today + timedelta(days=1))}
        )
    count.tries += 1
    count.save(update_fields=["day", "tries"])


@transaction.atomic
def claim_receipt(
    *, member_id: int, number: str, bought_on: date, total: Decimal, actor: str, now: datetime
) -> Purchase:
    """
    Post the receipt with this number, day and total to a member, as if a card had been shown.

    Its rules and tier are those of its own moment, and what was given back for it is taken off.
    A receipt goes to one member, once. Says that it is on another card only to who knows all
    three. A claim that succeeds is no guess and is not counted as one.
    """
    zone = program_zone()
    _refuse_day(bought_on, local_day(now, zone))
    if Member.objects.get(pk=member_id).status == Member.Status.CLOSED:
        raise RuleSaysNo("member_closed")
    since, until = midnight(bought_on, zone), end_of_day(bought_on, zone)
    found = OpenReceipt.objects.as_printed(_spellings(number), total, since, until)
    receipt = _first_unclaimed(list(found.unclaimed().values_list("pk", flat=True)))
    if receipt is None:
        raise _why_not(member_id, _spellings(number), total, since, until)
    purchase = _give(receipt, member_id, actor, now)
    ClaimTries.objects.filter(member_id=member_id, tries__gt=0).update(tries=F("tries") - 1)
    return purchase


@transaction.atomic
def book_receipt(*, staff_id: int, receipt_id: int, member_id: int, now: datetime) -> Purchase:
    """
    Post a receipt that nobody has claimed to the member whom staff name.

    Refuses one's own account, and who may not enter purchases (any more).
    """
    member = Member.objects.lock(member_id)
    staff = staff_who_may(staff_id=staff_id, permission=ENTER)
    refuse_own_account(staff=staff, member=member)
    receipt = OpenReceipt.objects.lock(receipt_id)
    if receipt.claimed_by_id is not None:
        raise ClaimedBefore(_("This receipt is on somebody's account already."))
    return _give(receipt, member.pk, f"user:{staff_id}", now)


def forget_receipts(*, now: datetime) -> int:
    """Remove what nobody claimed in time, a batch a transaction; return how many."""
    removed = 0
    old = OpenReceipt.objects.unclaimed().placed_before(now - timedelta(days=KEPT_DAYS))
    while batch := _forget_batch(
        list(old.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_A_BATCH])
    ):
        removed += batch
    return removed


@transaction.atomic
def _forget_batch(ids: list[int]) -> int:
    # Locked and looked at again: one may have been claimed since.
    going = (
        OpenReceipt.objects.unclaimed()
        .filter(pk__in=ids)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    still = list(going.values_list("pk", flat=True))
    OpenRefund.objects.filter(receipt__in=still).delete()
    OpenReceipt.objects.filter(pk__in=still).delete()
    return len(still)


def _tries_of(member_id: int, today: date) -> ClaimTries:
    """Lock a member's count; a new day begins at nothing."""
    ClaimTries.objects.get_or_create(member_id=member_id, defaults={"day": today})
    count = ClaimTries.objects.lock(member_id)
    if count.day != today:
        count.day, count.tries = today, 0
    return count


def _refuse_day(bought_on: date, today: date) -> None:
    if bought_on > today:
        raise DayToCome(_("This day is still to come; look at the date on the receipt."))
    if bought_on < today - timedelta(days=CLAIM_DAYS):
        raise TooOldToClaim(
            _("This receipt is more than %(days)s days old; it cannot be claimed any more.")
            % {"days": CLAIM_DAYS}
        )


def _first_unclaimed(ids: list[int]) -> OpenReceipt | None:
    """Lock the first that is still free; two shops may have the same number, day and total."""
    for pk in ids:
        receipt = OpenReceipt.objects.lock(pk)
        if receipt.claimed_by_id is None:
            return receipt
    return None


def _give(receipt: OpenReceipt, member_id: int, actor: str, now: datetime) -> Purchase:
    """Post a locked receipt and what was given back for it, and write down whose it is."""
    events = _events(receipt, member_id)
    outcome = post_events(events, source_id=receipt.source_id, actor=actor, now=now)
    for _event, refusal in outcome.refused:
        raise _elsewhere() if isinstance(refusal, OtherContent) else refusal
    receipt.claimed_by_id, receipt.claimed_at = member_id, now
    receipt.save(update_fields=["claimed_by", "claimed_at"])
    return Purchase.objects.get(source_id=receipt.source_id, receipt=receipt.receipt)


def _events(receipt: OpenReceipt, member_id: int) -> list[Event]:
    lines = tuple(
        Line(line, product, department, category, Decimal(quantity), Decimal(amount))
        for line, product, department, category, quantity, amount in receipt.lines
    )
    refunds = list(receipt.refunds.order_by("refunded_at", "key"))
    if refunds and sum(refund.total for refund in refunds) >= receipt.total:
        raise WhollyReturned(
            _("Everything on this receipt was returned; there are no points left to claim.")
        )
    bought = PurchaseEvent(
        receipt.receipt,
        member_id,
        receipt.placed_at,
        receipt.total,
        lines,
        receipt.store,
        receipt.till,
        receipt.cashier,
        receipt.channel,
    )
    returned = [
        RefundEvent(refund.key, member_id, refund.refunded_at, refund.total, receipt.receipt)
        for refund in refunds
    ]
    return [bought, *returned]


def _why_not(
    member_id: int, numbers: set[str], total: Decimal, since: datetime, until: datetime
) -> Refusal:
    """Say why a receipt is not there to claim; of others' receipts no more than was known."""
    posted = Purchase.objects.filter(
        # With all sources named, the index on source and receipt finds it.
        source__in=list(Source.objects.values_list("pk", flat=True)),
        receipt__in=numbers,
        total=total,
        placed_at__gte=since,
        placed_at__lt=until,
    )
    owners = set(posted.values_list("member_id", flat=True))
    if member_id in owners:
        return ClaimedBefore(_("This receipt is on your account already; you have its points."))
    if owners:
        return _elsewhere()
    return NoSuchReceipt(
        _(
            "We know no such receipt. Check the number, the date and the total; receipts of "
            "today may arrive tomorrow."
        )
    )


def _elsewhere() -> OnAnotherCard:
    return OnAnotherCard(_("This receipt is on another card; its points were given there."))


def _spellings(number: str) -> set[str]:
    """A number as it was typed and without what people add: spaces, other capitals."""
    plain = number.strip()
    bare = "".join(plain.split())
    return {plain, bare, bare.upper(), bare.lower()}
