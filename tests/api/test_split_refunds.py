"""A refund in any parts and any order comes to what one refund of the whole comes to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from members.models import Card
from points.actions.expiry import expire_points
from points.actions.purchases import record_purchase, record_refund
from points.actions.redemption import spend_points
from points.models import Account
from tests import make

pytestmark = pytest.mark.django_db
BOUGHT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BACK = BOUGHT + timedelta(days=60)
LINGERS = BACK + timedelta(days=90)
PROPERTY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
cents = st.integers(1, 9_000)


@st.composite
def refunds(draw):
    """Return the cents paid, the parts that go back, in an order of their own."""
    paid = draw(st.integers(100, 20_000))
    back = draw(st.integers(1, paid))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, back - 1)), max_size=5)))
    edges = [0, *(cut for cut in cuts if cut < back), back]
    parts = [after - before for before, after in pairwise(edges)]
    return paid, draw(st.permutations(parts))


def euros(cents):
    return f"{cents // 100}.{cents % 100:02}"


def tried(do):
    """Do something, take it back, and return what it found."""
    with transaction.atomic():
        found = do()
        transaction.set_rollback(True)
    return found


@settings(PROPERTY, max_examples=6)
@given(refund=refunds())
@example(refund=(1_000, [333, 333, 334]))
@example(refund=(199, [99, 1, 99]))
def test_any_parts_sent_over_the_api_give_the_balance_of_one_refund(till, sanne, refund):
    paid, parts = refund
    card = Card.objects.get(member=sanne).number
    bought = {
        "receipt": "R-1",
        "member": card,
        "placed_at": BOUGHT.isoformat(),
        "total": euros(paid),
        "currency": "EUR",
    }

    def send(totals):
        assert till.post("/purchases", bought).status_code == 201
        took = 0
        for number, total in enumerate(totals):
            body = {
                "refund": f"T-{number}",
                "refunded_at": (BACK - timedelta(minutes=number)).isoformat(),
                "total": euros(total),
            }
            answer = till.post("/purchases/chain/R-1/refunds", body)
            assert answer.status_code == 201, answer.content
            took += answer.json()["points"]
        return took, make.balance(sanne)

    with time_machine.travel(BACK + timedelta(hours=1), tick=False):
        whole = tried(lambda: send([sum(parts)]))
        split = tried(lambda: send(parts))

    assert split == whole


def buy(member, source, total, *, receipt, at):
    record_purchase(
        member_id=member.pk,
        source_id=source,
        receipt=receipt,
        placed_at=at,
        total=Decimal(total) / 100,
        actor="api:1",
        now=at,
    )


def spend(member, points, *, at):
    if points:
        spend_points(
            member_id=member.pk, points=points, request_key=uuid4(), actor="user:1", now=at
        )


def give_back(member, source, parts, *, late, between):
    """Refund in parts, the next `late` hours after the one before; spend after the first."""
    for number, part in enumerate(parts):
        if number == 1:
            spend(member, between, at=BACK + timedelta(minutes=1))
        at = BACK + number * timedelta(hours=late)
        record_refund(
            member_id=member.pk,
            source_id=source,
            refund=f"T-{number}",
            receipt="R-1",
            refunded_at=at,
            total=Decimal(part) / 100,
            actor="api:1",
            now=at,
        )
    if len(parts) == 1:
        spend(member, between, at=BACK + timedelta(minutes=1))


@pytest.mark.parametrize("policy", ["debt", "within_balance"])
@pytest.mark.parametrize("months", [1, 12], ids=["expired", "kept"])
@settings(PROPERTY, max_examples=12)
@given(
    refund=refunds(),
    spent=st.floats(0, 1),
    other=st.none() | cents,
    late=st.sampled_from([0, 5]),
    between=st.floats(0, 1),
    written=st.booleans(),
)
def test_any_parts_give_the_balance_of_one_refund_whatever_was_spent_or_expired(
    db, policy, months, refund, spent, other, late, between, written
):
    paid, parts = refund

    def live(totals):
        make.published_program(now=BOUGHT, policy=policy, valid_months=months, rate="1.5")
        member, source = make.member(now=BOUGHT), make.source()
        buy(member, source, paid, receipt="R-1", at=BOUGHT)
        if other is not None:
            buy(member, source, other, receipt="R-2", at=BOUGHT + timedelta(days=1))
        points = int(spent * make.balance(member))
        spend(member, points, at=BOUGHT + timedelta(days=2))
        if written:
            expire_points(until=BACK, now=BACK)
        # What is spent between the parts can be spent in any case: there is as much of the rest.
        rest = make.balance(member) - (paid * 3 // 200)
        between_parts = int(between * rest) if rest > 0 and months == 12 else 0
        give_back(member, source, totals, late=5 if between_parts else late, between=between_parts)
        expire_points(until=LINGERS, now=LINGERS)
        return Account.objects.get(pk=member.pk).balance

    assert tried(lambda: live(parts)) == tried(lambda: live([sum(parts)]))
