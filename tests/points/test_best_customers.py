"""Counting what members spend: the last year, less refunds, as often as asked."""

from datetime import timedelta
from decimal import Decimal

import pytest

from members.actions.membership import close_membership
from points.actions.purchases import record_refund
from points.actions.spending import count_spending
from points.models import Spending
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _program():
    make.published_program()


def refund(purchase, total, now):
    record_refund(
        member_id=purchase.member_id,
        source_id=purchase.source_id,
        refund=f"back-{purchase.receipt}",
        receipt=purchase.receipt,
        refunded_at=now,
        total=Decimal(total),
        actor="import:1",
        now=now,
    )


def counted(now) -> list:
    count_spending(now=now)
    return list(Spending.objects.values_list("member_id", "total", "purchases"))


def test_members_stand_by_what_they_spent_less_refunds(now):
    anna, bram = make.member(), make.member()
    make.purchase(anna, "25.00", at=now - timedelta(days=3))
    make.purchase(anna, "30.00", at=now - timedelta(days=2))
    back = make.purchase(bram, "90.00", at=now - timedelta(days=5))
    refund(back, "50.00", now)

    assert counted(now) == [(anna.pk, Decimal("55.00"), 2), (bram.pk, Decimal("40.00"), 1)]
    assert Spending.objects.get(member=anna).latest_at == now - timedelta(days=2)
    assert set(Spending.objects.values_list("counted_at", flat=True)) == {now}


@pytest.mark.parametrize(("days", "counts"), [(364, True), (366, False), (-1, False)])
def test_the_last_year_counts_and_nothing_else(now, days, counts):
    make.purchase(
        make.member(), "25.00", at=now - timedelta(days=days), now=now + timedelta(days=2)
    )

    assert bool(counted(now)) is counts


def test_counting_again_mends_what_changed_and_forgets_who_left(now):
    anna, bram = make.member(), make.member()
    make.purchase(anna, "25.00", at=now - timedelta(days=3))
    make.purchase(bram, "90.00", at=now - timedelta(days=300))
    count_spending(now=now)
    make.purchase(anna, "10.00", at=now)

    later = now + timedelta(days=100)

    assert counted(later) == [(anna.pk, Decimal("35.00"), 2)]


def test_who_closed_the_membership_is_no_customer_to_invite(now):
    anna = make.member()
    make.purchase(anna, "25.00", at=now - timedelta(days=3))
    close_membership(member_id=anna.pk, now=now)

    assert counted(now) == []


def test_who_got_all_money_back_spent_nothing(now):
    refund(make.purchase(make.member(), "25.00", at=now - timedelta(days=3)), "40.00", now)

    assert counted(now) == []


def test_counting_takes_as_many_statements_for_many_as_for_one(now, django_assert_num_queries):
    for _ in range(3):
        make.purchase(make.member(), "25.00", at=now)

    with django_assert_num_queries(5):
        count_spending(now=now)
