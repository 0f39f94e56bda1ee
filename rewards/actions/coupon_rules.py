"""Rules that say which receipts bring a coupon: made whole, and only ever stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import staff_who_may
from members.refusals import Refusal
from rewards.actions.batches import OtherBatch, keep_batch, new_batch
from rewards.actions.issuing import Worth
from rewards.coupon_cache import forget_coupon_rules
from rewards.models import Batch, CouponRule

ADD = "rewards.add_couponrule"
STOP = "rewards.change_couponrule"
EAN_DIGITS = 13
MOST_DAYS = 366


class NotAnEan(Refusal):
    code = "not_an_ean"


class CouponLivesTooLong(Refusal):
    code = "coupon_lives_too_long"


class CouponRuleStopped(Refusal):
    code = "coupon_rule_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCouponRule:
    """When a receipt brings a coupon, and what that says."""

    name: str
    least_total: Decimal
    from_at: datetime
    until_at: datetime
    valid_days: int
    lines_nl: str
    lines_en: str
    stores: tuple[str, ...] = ()
    tier: int = 0
    per_member: int = 1
    ean: str = ""


@transaction.atomic
def start_coupon_rule(
    *, rule: NewCouponRule, worth: Worth, request_key: UUID, staff_id: int, now: datetime
) -> CouponRule:
    """
    Let receipts bring coupons from a moment on; the same request key makes one rule.

    What is printed already cannot be called back, so a rule never changes: one stops it and
    makes another. Other processes know it within seconds.
    """
    staff = staff_who_may(staff_id=staff_id, permission=ADD)
    if rule.ean and not _is_ean(rule.ean):
        raise NotAnEan(_("This is no EAN-13: type all 13 digits, the last one checks the others."))
    if not 1 <= rule.valid_days <= MOST_DAYS:
        raise CouponLivesTooLong(_("A coupon is valid for 1 to 366 days."))
    batch = new_batch(
        form=Batch.Form.COUPONS,
        name=rule.name,
        worth=worth,
        valid_from=rule.from_at,
        expires_at=rule.until_at + timedelta(days=rule.valid_days),
        request_key=request_key,
        staff_id=staff.pk,
        now=now,
    )
    # How many a member gets is the rule's; each is one voucher, and good for who holds the paper.
    batch.state, batch.ready_at = Batch.State.READY, now
    kept = keep_batch(batch=batch)
    if kept is not batch:
        return _earlier(kept, rule)
    made = CouponRule.objects.create(
        name=batch.name,
        batch=batch,
        from_at=rule.from_at,
        until_at=rule.until_at,
        made_by=staff,
        made_at=now,
        **_asked(rule),
    )
    forget_coupon_rules()
    return made


def _asked(rule: NewCouponRule) -> dict[str, Any]:
    """What is asked beside the name, the window and the worth, which its batch has."""
    return {
        "least_total": rule.least_total,
        "stores": list(rule.stores),
        "tier_id": rule.tier,
        "valid_days": rule.valid_days,
        "lines_nl": rule.lines_nl,
        "lines_en": rule.lines_en,
        "ean": rule.ean,
        "per_member": rule.per_member,
    }


def _earlier(batch: Batch, rule: NewCouponRule) -> CouponRule:
    """Return the rule that the same request made; with other answers it means another."""
    made = CouponRule.objects.get(batch=batch)
    if any(getattr(made, name) != value for name, value in _asked(rule).items()):
        raise OtherBatch(_("This form was sent before with other answers; open it again."))
    return made


@transaction.atomic
def stop_coupon_rule(*, rule_id: int, staff_id: int, now: datetime) -> CouponRule:
    """Print no more of these coupons, at once; those that were printed stay good."""
    staff_who_may(staff_id=staff_id, permission=STOP)
    rule = CouponRule.objects.lock(rule_id)
    if rule.stopped_at is not None:
        raise CouponRuleStopped(_("This rule was stopped already."))
    rule.stopped_at = now
    rule.save(update_fields=["stopped_at"])
    forget_coupon_rules()
    return rule


def _is_ean(digits: str) -> bool:
    if len(digits) != EAN_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
