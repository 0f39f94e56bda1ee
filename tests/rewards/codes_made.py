"""Batches, promotional codes and coupon rules, made through the real actions."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

from rewards.actions.batch_making import make_batch
from rewards.actions.batches import start_batch
from rewards.actions.coupon_rules import NewCouponRule, start_coupon_rule
from rewards.actions.issuing import Worth
from rewards.actions.promotions import start_promotion
from rewards.models import Batch, CouponRule
from rewards.models.reward import Gives
from tests import make

NOW = make.NOW
FIVE_OFF = Worth(gives=Gives.DISCOUNT, value=Decimal("5.00"))
MAKER = ("rewards.add_batch", "rewards.stop_batch", "rewards.export_codes")
_numbers = count(1)


def maker():
    return make.staff_with(*MAKER)


def asked_batch(
    wanted=3, *, by=None, key=None, name=None, worth=FIVE_OFF, now=NOW, **fields
) -> Batch:
    """A batch whose codes are still to be made."""
    return start_batch(
        name=name or f"Partner {next(_numbers)}",
        worth=worth,
        wanted=wanted,
        valid_from=fields.pop("valid_from", now),
        expires_at=fields.pop("expires_at", now + timedelta(days=100)),
        request_key=key or uuid4(),
        staff_id=(by or maker()).pk,
        now=now,
    )


def batch(wanted=3, *, now=NOW, **fields) -> Batch:
    """A batch whose codes have been made."""
    asked = asked_batch(wanted, now=now, **fields)
    make_batch(batch_id=asked.pk, now=now)
    asked.refresh_from_db()
    return asked


def promotion(word="SUMMER25", *, by=None, key=None, name=None, now=NOW, **fields) -> Batch:
    return start_promotion(
        name=name or f"Campaign {next(_numbers)}",
        word=word,
        worth=fields.pop("worth", FIVE_OFF),
        valid_from=now,
        expires_at=now + timedelta(days=30),
        most_uses=fields.pop("most_uses", 100),
        per_member=fields.pop("per_member", None),
        request_key=key or uuid4(),
        staff_id=(by or maker()).pk,
        now=now,
    )


def coupon_rule(*, by=None, key=None, worth=FIVE_OFF, now=NOW, **fields) -> CouponRule:
    values = {
        "name": f"Coupon {next(_numbers)}",
        "least_total": Decimal(20),
        "from_at": now - timedelta(days=1),
        "until_at": now + timedelta(days=30),
        "valid_days": 28,
        "lines_nl": "€ 5 korting\nop je volgende aankoop",
        "lines_en": "€5 off\nyour next purchase",
        "per_member": 2,
    } | fields
    staff = by or make.staff_with("rewards.add_couponrule", "rewards.change_couponrule")
    return start_coupon_rule(
        rule=NewCouponRule(**values),
        worth=worth,
        request_key=key or uuid4(),
        staff_id=staff.pk,
        now=now,
    )
