"""What is heard of late: taken as known when recorded, never rewriting what was posted."""

from datetime import timedelta
from uuid import uuid4

import pytest

from points.actions.expiry import expire_points
from points.actions.posting import post_event
from points.actions.redemption import restore_points, spend_points
from points.events import Debit
from points.kinds import Kind
from points.models import Entry
from points.refusals import (
    RuleSaysNo,
)
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def spend(member, points, *, key=None, now=NOW):
    return spend_points(
        member_id=member.pk, points=points, request_key=key or uuid4(), actor="user:1", now=now
    )


def sound():
    return verify_ledger().violations == []


def test_a_late_debit_takes_what_had_expired_only_because_we_did_not_know():
    make.published_program(valid_months=1)
    sanne = make.member()
    make.purchase(sanne, "50.00")
    later = NOW + timedelta(days=60)
    expire_points(until=later, now=later)
    event = Debit("late", sanne.pk, NOW + timedelta(days=5), 20)

    post_event(event, source_id=make.source(), actor="import:2", now=later)

    assert make.balance(sanne) == 0
    kinds = list(Entry.objects.order_by("sequence").values_list("kind", "points"))
    assert kinds == [
        (Kind.EARNED, 50),
        (Kind.EXPIRED, -50),
        (Kind.EXPIRED, 20),
        (Kind.REDEEMED, -20),
    ]
    assert sound()


def test_a_late_debit_takes_no_more_than_the_lot_held_all_along():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "50.00", at=NOW - timedelta(days=9))
    key = uuid4()
    spend(sanne, 50, key=key, now=NOW - timedelta(days=5))
    restore_points(
        member_id=sanne.pk,
        redemption_key=key,
        request_key=uuid4(),
        actor="user:1",
        now=NOW - timedelta(days=1),
    )
    late = Debit("late", sanne.pk, NOW - timedelta(days=3), 10)

    with pytest.raises(RuleSaysNo):
        post_event(late, source_id=make.source(), actor="import:2", now=NOW)

    assert make.balance(sanne) == 50


def test_a_late_purchase_takes_the_tier_of_its_moment_and_raises_from_its_recording():
    make.published_program(silver="2.0")
    sanne = make.member()
    make.purchase(sanne, "450.00", at=NOW - timedelta(days=2))

    late = make.purchase(sanne, "100.00", at=NOW - timedelta(days=5), now=NOW)

    assert late.earned == 100
    assert sanne.placements.get().since == NOW
