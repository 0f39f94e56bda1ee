"""Many at once: what the lock on the account is for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from members.refusals import Refusal
from points.actions.expiry import expire_points
from points.actions.posting import post_events
from points.actions.purchases import record_purchase
from points.actions.redemption import spend_points
from points.events import Purchase as PurchaseEvent
from points.models import Account, Entry, Purchase
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW
THREADS = 32


def at_once(work, times=THREADS):
    """Run `work(number)` in so many threads that start together; return what each answered."""
    start = Barrier(times)

    def run(number):
        start.wait()
        try:
            return work(number)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def spend_round(member):
    make.give(member, 100)

    def spend(_):
        spend_points(member_id=member.pk, points=10, request_key=uuid4(), actor="user:1", now=NOW)
        return "spent"

    answers = at_once(spend)

    assert answers.count("spent") == 10
    assert answers.count("not_enough_points") == THREADS - 10
    assert Account.objects.get(pk=member.pk).balance == 0


def test_thirty_two_threads_spend_a_balance_exactly_once():
    make.published_program()
    sanne = make.member()

    for _ in range(3):
        spend_round(sanne)

    assert verify_ledger().violations == []


@pytest.mark.drill
def test_fifty_rounds_of_thirty_two_threads_spend_a_balance_exactly_once():
    make.published_program()
    sanne = make.member()

    for _ in range(50):
        spend_round(sanne)

    assert verify_ledger().violations == []


def test_one_request_key_from_many_threads_spends_once():
    make.published_program()
    sanne = make.member(points=100)
    key = uuid4()

    at_once(
        lambda _: spend_points(
            member_id=sanne.pk, points=10, request_key=key, actor="user:1", now=NOW
        ),
        times=16,
    )

    assert make.balance(sanne) == 90


def test_one_receipt_for_two_members_at_once_goes_to_one_of_them():
    make.published_program()
    members = [make.member() for _ in range(8)]
    source = make.source()

    def buy(number):
        record_purchase(
            member_id=members[number].pk,
            source_id=source,
            receipt="r1",
            placed_at=NOW,
            total=Decimal(10),
            actor="api:1",
            now=NOW,
        )
        return "posted"

    answers = at_once(buy, times=8)

    assert sorted(answers) == ["other_content"] * 7 + ["posted"]
    assert Purchase.objects.count() == 1


def test_first_purchases_of_a_new_member_at_once_open_one_account():
    make.published_program()
    sanne = make.member()
    source = make.source()

    at_once(
        lambda number: record_purchase(
            member_id=sanne.pk,
            source_id=source,
            receipt=f"r{number}",
            placed_at=NOW,
            total=Decimal(10),
            actor="api:1",
            now=NOW,
        ),
        times=12,
    )

    assert make.balance(sanne) == 120
    assert verify_ledger().violations == []


def test_batches_of_the_same_members_in_any_order_do_not_deadlock():
    make.published_program()
    members = [make.member() for _ in range(20)]
    source = make.source()

    def post(number):
        order = members if number % 2 else members[::-1]
        events = [PurchaseEvent(f"{number}-{m.pk}", m.pk, NOW, Decimal(10)) for m in order]
        return len(post_events(events, source_id=source, actor="import:1", now=NOW).posted)

    answers = at_once(post, times=8)

    assert answers == [20] * 8
    assert verify_ledger().violations == []


def test_two_expiry_jobs_at_once_expire_each_lot_once():
    make.published_program(valid_months=1)
    for _ in range(30):
        make.purchase(make.member(), "10.00")
    later = NOW + timedelta(days=90)

    answers = at_once(lambda _: expire_points(until=later, now=later).points, times=4)

    assert sum(answers) == 300
    assert Entry.objects.filter(points=-10).count() == 30
    assert verify_ledger().violations == []
