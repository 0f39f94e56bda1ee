"""A page of the book: in a constant number of queries, each line with its place."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.translation import override

from points.actions.expiry import expire_points
from points.actions.purchases import Where, record_purchase, record_refund
from points.models import Purchase
from points.reports.explanations import explain_all
from points.reports.lines import book_of, lines_of
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WHERE = Where(store="East")


@pytest.fixture
def member():
    make.published_program()
    return make.member(joined_at=NOW - timedelta(days=800))


def give_back(member, purchase, total, refund="refund-1"):
    record_refund(
        member_id=member.pk,
        source_id=purchase.source_id,
        refund=refund,
        receipt=purchase.receipt,
        refunded_at=NOW,
        total=Decimal(total),
        actor="import:1",
        now=NOW,
    )


def test_explaining_a_page_takes_as_many_queries_as_explaining_a_few_lines(
    member, django_assert_num_queries
):
    history(member, purchases=3)
    few = list(book_of(member.pk))
    explain_all(few)
    history(member, purchases=15)
    many = list(book_of(member.pk))

    with django_assert_num_queries(4):
        explain_all(few)
    with django_assert_num_queries(4):
        explain_all(many)


def history(member, *, purchases):
    for number in range(purchases):
        bought = make.purchase(member, "30.00", at=NOW - timedelta(days=450 - number))
        give_back(member, bought, "10.00", refund=f"{uuid4().hex[:8]}")
    expire_points(until=NOW, now=NOW)


def test_lines_name_the_store_of_a_purchase_and_of_its_return(member):
    record_purchase(
        member_id=member.pk,
        source_id=make.source(),
        receipt="r-store",
        placed_at=NOW - DAY,
        total=Decimal("10.00"),
        actor="import:1",
        now=NOW,
        where=WHERE,
    )
    give_back(member, Purchase.objects.get(receipt="r-store"), "10.00")

    with override("en"):
        lines = lines_of(list(book_of(member.pk)))

    assert [(line.title, line.where, line.signed) for line in lines] == [
        ("Return", "East", "−10"),
        ("Purchase", "East", "+10"),
    ]
