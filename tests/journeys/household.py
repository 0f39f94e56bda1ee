"""A household with a year and a half of history, as the portal's pages want to be seen."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from members.models import Member
from points.actions.adjustment import AdjustmentReason, adjust_points, give_welcome_bonus
from points.actions.expiry import expire_points
from points.actions.purchases import Where, record_purchase, record_refund
from points.actions.redemption import spend_points
from points.events import Line
from tests import make

STORES = ("Oost", "Centrum", "Webwinkel")


def well_known_member(now: datetime) -> Member:
    """Make a member who bought, returned, redeemed and let points expire."""
    member = make.member_with_login(name="Anna Hoekstra", joined_at=now - timedelta(days=560))
    give_welcome_bonus(member_id=member.pk, now=now)
    for week in range(74, -1, -1):
        at = now - timedelta(days=7 * week, hours=week % 9)
        buy(member, at, Decimal(9 + week * 37 % 61) + Decimal("0.95"), f"bon-{week}", week)
    return_something(member, now)
    spend_points(member_id=member.pk, points=250, request_key=uuid4(), actor="user:1", now=now)
    adjust_points(
        member_id=member.pk,
        points=40,
        reason=AdjustmentReason.GOOD_WILL,
        request_key=uuid4(),
        actor="user:1",
        now=now,
    )
    expire_points(until=now, now=now)
    return member


def buy(member: Member, at: datetime, total: Decimal, receipt: str, number: int) -> None:
    beer = Line(1, "krat", "Dranken", "Statiegeld", Decimal(1), Decimal("3.90"))
    rest = Line(2, "rest", "Kruidenier", "Overig", Decimal(1), total - beer.amount)
    record_purchase(
        member_id=member.pk,
        source_id=make.source(),
        receipt=receipt,
        placed_at=at,
        total=total,
        actor="import:1",
        now=at,
        lines=(beer, rest) if number % 4 == 0 else (),
        where=Where(store=STORES[number % 3]),
    )


def return_something(member: Member, now: datetime) -> None:
    record_refund(
        member_id=member.pk,
        source_id=make.source(),
        refund="retour-1",
        receipt="bon-2",
        refunded_at=now - timedelta(days=3),
        total=Decimal("12.50"),
        actor="import:1",
        now=now - timedelta(days=3),
    )
