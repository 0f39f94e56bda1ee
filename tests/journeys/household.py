"""A household with a year and a half of history, as the portal's pages want to be seen."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from members.models import Member, User
from points.actions.adjustment import AdjustmentReason, adjust_points, give_welcome_bonus
from points.actions.expiry import expire_points
from points.actions.purchases import Where, record_purchase, record_refund
from points.actions.redemption import spend_points
from points.events import Line
from tests import make

STORES = ("Oost", "Centrum", "Webwinkel")
SECRET = "KLAVERDEMOMARKTZICHT2345"
WITH_AN_APP = "mila@example.nl"
PASSKEY = 7001
"""The key of a passkey, so that its pages have one address."""


def well_known_member(now: datetime) -> Member:
    """Make a member who bought, returned, redeemed and let points expire."""
    member = make.member_with_login(name="Anna Hoekstra", joined_at=now - timedelta(days=560))
    give_welcome_bonus(member_id=member.pk, now=now)
    for week in range(74, -1, -1):
        at = now - timedelta(days=7 * week, hours=week % 9)
        buy(member, at, Decimal(9 + week * 37 % 61) + Decimal("0.95"), f"bon-{week}", week)
        expire_points(until=at, now=at)
    buy_nothing_that_earns(member, now)
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


def buy_nothing_that_earns(member: Member, now: datetime) -> None:
    record_purchase(
        member_id=member.pk,
        source_id=make.source(),
        receipt="bon-statiegeld",
        placed_at=now - timedelta(days=5),
        total=Decimal("3.90"),
        actor="import:1",
        now=now,
        lines=(Line(1, "krat", "Dranken", "Statiegeld", Decimal(1), Decimal("3.90")),),
        where=Where(store="Oost"),
    )


def newcomer() -> Member:
    """Make a member who has nothing yet: no welcome was given when they joined."""
    long_ago = datetime(2022, 12, 1, 12, tzinfo=UTC)
    return make.member_with_login(name="Noor van Dijk", joined_at=long_ago)


def careful_member(now: datetime) -> Member:
    """Make a member with an app for a second step, recovery codes and a passkey."""
    member = make.member_with_login(name="Bram de Wit", joined_at=now)
    confirm_address(member.user)
    TOTP.activate(member.user, SECRET)
    RecoveryCodes.activate(member.user)
    Authenticator.objects.create(
        pk=PASSKEY,
        user=member.user,
        type=Authenticator.Type.WEBAUTHN,
        data={
            "name": "Chrome op Android",
            "credential": {"clientExtensionResults": {"credProps": {"rk": True}}},
        },
    )
    return member


def ask_for_an_app() -> None:
    """Make a login that a code by mail alone does not open."""
    user = make.login(email=WITH_AN_APP)
    confirm_address(user)
    TOTP.activate(user, SECRET)


def confirm_address(user: User) -> None:
    make.prove(user)
