"""Builders for the life of vouchers: what tills hold, and what members gave points for."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from members.actions.api_clients import create_client
from members.models import Member
from rewards.actions.issuing import Worth, code_of, issue_voucher
from rewards.actions.reservations import reserve_voucher
from rewards.models import Reservation, Voucher
from rewards.order_rules import Order
from tests import make
from tests.make import NOW

_numbers = count(1)


def voucher(*, gives="discount", value=None, days=30, now=NOW, **facts) -> Voucher:
    """A voucher of 5 euros, or another; `facts` are its owner, its worth, its window."""
    own = {name: facts.pop(name) for name in ("member_id", "redemption") if name in facts}
    own["valid_from"] = facts.pop("valid_from", now)
    if value is None and gives in {"discount", "gift_card"}:
        value = "5.00"
    if gives == "percentage":
        facts.setdefault("percent", Decimal(10))
    most_uses = facts.pop("most_uses", 1)
    worth = Worth(gives=gives, value=value and Decimal(value), **facts)
    made = issue_voucher(worth=worth, expires_at=now + timedelta(days=days), now=now, **own)
    if most_uses > 1:
        made.most_uses = most_uses
        made.save(update_fields=["most_uses"])
    return made


def code(of: Voucher) -> str:
    return code_of(voucher=of)


def bought(by: Member, *, points=500, now=NOW, **fields) -> Voucher:
    """A voucher that a member gave points for."""
    fields = {key: Decimal(each) if key == "value" else each for key, each in fields.items()}
    return make.redeem(by, make.reward(points=points, now=now, **fields), now=now).voucher


def reserved(
    of: Voucher, total="40.00", *, now=NOW, key=None, client_id=None, lines=(), order="", **fields
) -> Reservation:
    """A voucher that a till holds, or the counter."""
    facts = {"actor": "user:0", "member_id": None} | fields
    return reserve_voucher(
        code=code(of),
        order=Order(total=Decimal(total), lines=tuple(lines), reference=order),
        key=key or f"k{next(_numbers)}",
        client_id=client_id,
        now=now,
        **facts,
    )


def till(name="Till 1", *, source_id=None) -> int:
    """An API client of the business `till`, or of another."""
    made = create_client(
        name=name,
        source_id=source_id or make.source(),
        scopes=["vouchers:use"],
        a_minute=100_000,
        now=NOW,
    )
    return made.key.client_id
