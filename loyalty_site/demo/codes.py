"""The codes of Marktzicht: one for everybody, some for the cinema, a coupon below the receipt."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from loyalty_site.demo.logins import login_in
from points.local_time import end_of_day, local_day, midnight
from points.program_cache import program_zone
from rewards.actions.batch_making import make_batch
from rewards.actions.batches import start_batch
from rewards.actions.coupon_rules import NewCouponRule, start_coupon_rule
from rewards.actions.issuing import Worth
from rewards.actions.promotions import start_promotion
from rewards.models import Batch
from rewards.models.reward import Gives

KEYS = (
    UUID("5d6f2f0e-7c1b-4a39-9d3e-2b7d5c1f4e01"),
    UUID("5d6f2f0e-7c1b-4a39-9d3e-2b7d5c1f4e02"),
    UUID("5d6f2f0e-7c1b-4a39-9d3e-2b7d5c1f4e03"),
)
OPENED = timedelta(days=20)
HALF_A_YEAR = timedelta(days=182)
CODES = 250


def write_codes(now: datetime) -> None:
    """Make them all, unless somebody has made any."""
    if Batch.objects.exists():
        return
    staff_id, zone = login_in("marketing").pk, program_zone()
    began = midnight(local_day(now - OPENED, zone), zone)
    ends = end_of_day(local_day(now + HALF_A_YEAR, zone), zone)
    start_promotion(
        name="Lentefolder",
        word="KLAVER10",
        worth=Worth(
            gives=Gives.PERCENTAGE,
            percent=Decimal(10),
            most_off=Decimal(15),
            least_order=Decimal(25),
        ),
        valid_from=began,
        expires_at=ends,
        most_uses=5_000,
        per_member=1,
        request_key=KEYS[0],
        staff_id=staff_id,
        now=now,
    )
    batch = start_batch(
        name="Filmhuis",
        worth=Worth(gives=Gives.DISCOUNT, value=Decimal(5), cost=Decimal("3.50")),
        wanted=CODES,
        valid_from=began,
        expires_at=ends,
        request_key=KEYS[1],
        staff_id=staff_id,
        now=now,
    )
    make_batch(batch_id=batch.pk, now=now)
    start_coupon_rule(
        rule=NewCouponRule(
            name="Terugkomkorting",
            least_total=Decimal(30),
            from_at=began,
            until_at=ends,
            valid_days=28,
            lines_nl="€ 2,50 korting\nop je volgende aankoop vanaf € 20",
            lines_en="€2.50 off\nyour next purchase from €20",
            per_member=2,
        ),
        worth=Worth(gives=Gives.DISCOUNT, value=Decimal("2.50"), least_order=Decimal(20)),
        request_key=KEYS[2],
        staff_id=staff_id,
        now=now,
    )
