"""What a till is told right after a posting is what it is told ever after."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from points.actions.purchases import record_refund
from points.actions.redemption import spend_points
from points.program_cache import current_program
from points.reports.posted import tier_name
from tests import make
from tests.api.test_purchases import purchase

pytestmark = pytest.mark.django_db
LINES = [
    {"category": "Tabak", "amount": "12.00"},
    {"category": "Kaas", "amount": "48.00", "quantity": "0.345"},
]


def owes(member):
    """Let a member owe points: all was spent, then what had earned some was brought back."""
    now = timezone.now()
    source = make.source("elsewhere")
    earlier = make.purchase(member, "30.00", now=now - timedelta(days=30), source_id=source)
    spend_points(
        member_id=member.pk,
        points=make.balance(member),
        request_key="0b1ce85a-95a0-4de2-a38f-e6ab1b0d4b8b",
        actor="user:1",
        now=now,
    )
    record_refund(
        member_id=member.pk,
        source_id=earlier.source_id,
        refund="f1",
        receipt=earlier.receipt,
        refunded_at=now,
        total=Decimal(30),
        actor="user:1",
        now=now,
    )


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "program",
    [
        {},
        {"pending_days": 14, "silver": "1.25", "excluded": '["Tabak"]'},
        {"valid_months": 0, "rate": "0.3", "rounding": "up"},
    ],
)
def test_the_first_answer_and_every_later_one_are_the_same_to_the_byte(till, program, language):
    make.published_program(**program)
    sanne = make.member()
    make.purchase(sanne, "600.00", now=make.NOW - timedelta(days=9))
    owes(sanne)
    assert make.balance(sanne) < 0
    today = timezone.now().isoformat()
    sent = [
        purchase(sanne, receipt="owed", total="20.00"),
        purchase(sanne, receipt="paid", total="60.00", lines=LINES, placed_at=today),
        purchase(sanne, receipt="late", total="75.00", placed_at="2025-03-01T12:00:00Z"),
        purchase(sanne, receipt="tiny", total="0.00"),
    ]

    first = [till.post("/purchases", one, **{"Accept-Language": language}) for one in sent]
    make.give(sanne, 7, now=timezone.now())
    again = [till.post("/purchases", one, **{"Accept-Language": language}) for one in sent]

    assert [one.status_code for one in first] == [201] * 4, [one.content for one in first]
    assert [one.status_code for one in again] == [200] * 4
    assert [one.content for one in again] == [one.content for one in first]


@pytest.mark.parametrize(
    ("language", "rank", "name"),
    [("nl", 1, "Zilver"), ("en", 1, "Silver"), ("nl", 0, ""), ("nl", 9, "")],
)
def test_a_tier_goes_by_its_name_in_the_language_spoken(db, language, rank, name):
    make.published_program()
    rules = current_program().versions[-1]

    with override(language):
        assert tier_name(rules, rank) == name


def test_each_purchase_of_a_batch_is_told_the_balance_right_after_itself(till, sanne):
    both = [
        purchase(sanne, receipt="R-1"),
        purchase(sanne, receipt="R-2", placed_at="2026-03-01T13:00:00+01:00"),
    ]

    first = till.post("/purchases/batch", {"purchases": both}).json()["items"]
    again = till.post("/purchases/batch", {"purchases": both}).json()["items"]

    assert [item["answer"]["balance"] for item in first] == [25, 50]
    assert [item["answer"] for item in again] == [item["answer"] for item in first]


def test_a_new_purchase_takes_five_statements_besides_its_transaction(
    till, sanne, django_assert_num_queries
):
    first, second = purchase(sanne), purchase(sanne, receipt="R-2")
    till.post("/purchases", first)

    # Two of them are the savepoint that stands for its transaction here.
    with django_assert_num_queries(7):
        till.post("/purchases", second)
