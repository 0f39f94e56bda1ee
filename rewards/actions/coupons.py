"""Coupons on the receipt: made with the purchase they are printed below, told again the same."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils.translation import get_language

from points.local_time import end_of_day, local_day
from points.program_cache import program_zone
from points.receipts import Coupon, Receipt
from rewards.actions.batches import worth_of
from rewards.actions.issuing import code_of, issue_voucher
from rewards.codes import shown
from rewards.coupon_cache import coupon_rules
from rewards.models import CouponRule, PrintedCoupon

FRESH = timedelta(hours=1)
"""Of a purchase that is reported later than this the receipt was printed long ago."""
A_MOMENT = timedelta(microseconds=1)
Coupons = dict[int, tuple[Coupon, ...]]


def coupons_for(*, receipts: Sequence[Receipt], now: datetime) -> Coupons:
    """
    Make the coupon that each new receipt is worth, if any; at most one, by the highest rule.

    Asks the database nothing as long as no rule fits. Runs within the transaction that posts
    the purchases, whose accounts are locked: so nobody gets more than `per_member`.
    """
    chosen = [(receipt, rule) for receipt in receipts if (rule := _fitting(receipt, now))]
    return _printed(chosen, now) if chosen else {}


def coupons_of(*, purchases: Sequence[int]) -> Coupons:
    """Tell the coupons that were made with purchases, as they were told then."""
    rows = PrintedCoupon.objects.filter(purchase__in=purchases).select_related("rule", "voucher")
    return {row.purchase_id: (_coupon(row),) for row in rows}


def _fitting(receipt: Receipt, now: datetime) -> CouponRule | None:
    if not now - FRESH <= receipt.placed_at:
        return None
    return next((rule for rule in coupon_rules() if _fits(rule, receipt, now)), None)


def _fits(rule: CouponRule, receipt: Receipt, now: datetime) -> bool:
    return (
        rule.from_at <= now < rule.until_at
        and receipt.total >= rule.least_total
        and receipt.tier >= (rule.tier_id or 0)
        and (not rule.stores or receipt.store in rule.stores)
    )


@transaction.atomic
def _printed(chosen: Sequence[tuple[Receipt, CouponRule]], now: datetime) -> Coupons:
    """Make them; whatever fails here is taken back without the purchase."""
    live = (
        CouponRule.objects.in_force()
        .select_related("batch")
        .in_bulk({rule.pk for _, rule in chosen})
    )
    had = _counted(chosen)
    made: Coupons = {}
    for receipt, known in chosen:
        rule = live.get(known.pk)
        if rule is None or had[rule.pk, receipt.member] >= rule.per_member:
            continue
        had[rule.pk, receipt.member] += 1
        made[receipt.purchase] = (_coupon(_print(rule, receipt, now)),)
    return made


def _counted(chosen: Sequence[tuple[Receipt, CouponRule]]) -> Counter[tuple[int, int | None]]:
    had = (
        PrintedCoupon.objects.filter(
            rule__in={rule.pk for _, rule in chosen},
            voucher__member__in={receipt.member for receipt, _ in chosen},
        )
        .values_list("rule", "voucher__member")
        .annotate(times=Count("pk"))
        .order_by()
    )
    return Counter({(rule, member): times for rule, member, times in had})


def _print(rule: CouponRule, receipt: Receipt, now: datetime) -> PrintedCoupon:
    zone = program_zone()
    last = local_day(now, zone) + timedelta(days=rule.valid_days)
    voucher = issue_voucher(
        worth=worth_of(batch=rule.batch),
        valid_from=now,
        expires_at=end_of_day(last, zone),
        now=now,
        member_id=receipt.member,
        batch=rule.batch,
    )
    return PrintedCoupon.objects.create(rule=rule, purchase_id=receipt.purchase, voucher=voucher)


def _coupon(row: PrintedCoupon) -> Coupon:
    rule, code = row.rule, code_of(voucher=row.voucher)
    is_english = (get_language() or "nl").startswith("en")
    last = local_day(row.voucher.expires_at - A_MOMENT, program_zone())
    return Coupon(
        lines=tuple((rule.lines_en if is_english else rule.lines_nl).splitlines()),
        code=shown(code),
        kind="ean13" if rule.ean else "code128",
        data=rule.ean or code,
        valid_until=last,
    )
