"""Spending, expiring, undoing and correcting."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from members.actions.membership import freeze_membership
from members.models import PROGRAM_SOURCE
from points.actions.adjustment import AdjustmentReason, NothingToAdjust, adjust_points
from points.actions.expiry import expire_points
from points.actions.redemption import restore_points, spend_points
from points.book_rows import Standing
from points.kinds import Kind
from points.models import Account, Allocation, Entry, Lot
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


def test_points_that_end_first_are_spent_first():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "30.00", at=NOW - timedelta(days=10))
    make.purchase(sanne, "30.00", at=NOW - timedelta(days=60))

    spend(sanne, 40)

    left = dict(Lot.objects.order_by("expires_at").values_list("expires_at", "remaining"))
    assert list(left.values()) == [0, 20]
    assert sound()


def test_spending_everything_is_possible_and_a_point_more_is_not():
    make.published_program()
    sanne = make.member(points=100)

    with pytest.raises(RuleSaysNo) as refused:
        spend(sanne, 101)
    spend(sanne, 100)

    assert refused.value.code == "not_enough_points"
    assert refused.value.details == {"wanted": 101, "spendable": 100}
    assert make.balance(sanne) == 0


def test_pending_points_cannot_be_spent():
    make.published_program(pending_days=14)
    sanne = make.member()
    make.purchase(sanne, "50.00")

    with pytest.raises(RuleSaysNo):
        spend(sanne, 1)
    later = datetime(2026, 6, 28, 22, tzinfo=UTC)
    spend(sanne, 50, now=later)

    assert make.balance(sanne) == 0


def test_points_are_spendable_to_the_end_of_their_last_day_and_not_after():
    make.published_program(valid_months=1)
    sanne = make.member()
    make.purchase(sanne, "50.00")
    midnight = datetime(2026, 7, 15, 22, tzinfo=UTC)

    spend(sanne, 20, now=midnight - timedelta(seconds=1))
    with pytest.raises(RuleSaysNo):
        spend(sanne, 1, now=midnight)

    assert make.balance(sanne) == 30


def test_the_same_request_key_spends_once():
    make.published_program()
    sanne = make.member(points=100)
    key = uuid4()

    spend(sanne, 10, key=key)
    spend(sanne, 10, key=key)

    assert make.balance(sanne) == 90


def test_frozen_members_earn_but_do_not_spend():
    make.published_program()
    sanne = make.member(points=100)
    freeze_membership(member_id=sanne.pk)

    with pytest.raises(RuleSaysNo) as refused:
        spend(sanne, 10)
    make.purchase(sanne, "5.00")

    assert refused.value.code == "member_frozen"
    assert make.balance(sanne) == 105


def test_undoing_a_redemption_returns_points_to_their_own_lots_with_their_own_dates():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "30.00", at=NOW - timedelta(days=60))
    make.purchase(sanne, "30.00", at=NOW - timedelta(days=10))
    before = list(Lot.objects.values_list("pk", "remaining", "expires_at"))
    key = uuid4()
    spend(sanne, 50, key=key)

    undo = uuid4()
    for _ in range(2):
        restore_points(
            member_id=sanne.pk, redemption_key=key, request_key=undo, actor="user:1", now=NOW
        )

    assert list(Lot.objects.values_list("pk", "remaining", "expires_at")) == before
    assert make.balance(sanne) == 60
    assert sound()


def test_a_redemption_undone_in_part_returns_the_last_taken_first():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "30.00", at=NOW - timedelta(days=60))
    make.purchase(sanne, "30.00", at=NOW - timedelta(days=10))
    key = uuid4()
    spend(sanne, 50, key=key)

    restore_points(
        member_id=sanne.pk,
        redemption_key=key,
        request_key=uuid4(),
        points=15,
        actor="user:1",
        now=NOW,
    )

    assert list(Lot.objects.values_list("remaining", flat=True)) == [0, 25]
    with pytest.raises(RuleSaysNo) as refused:
        restore_points(
            member_id=sanne.pk,
            redemption_key=key,
            request_key=uuid4(),
            points=36,
            actor="user:1",
            now=NOW,
        )
    assert refused.value.details == {"wanted": 36, "left": 35}
    assert sound()


def test_what_expired_meanwhile_expires_again_when_it_is_put_back():
    make.published_program(valid_months=1)
    sanne = make.member()
    make.purchase(sanne, "50.00")
    key = uuid4()
    spend(sanne, 30, key=key)
    later = NOW + timedelta(days=90)
    expire_points(until=later, now=later)

    restore_points(
        member_id=sanne.pk, redemption_key=key, request_key=uuid4(), actor="user:1", now=later
    )

    assert make.balance(sanne) == 0
    expiries = Entry.objects.filter(kind=Kind.EXPIRED).order_by("sequence")
    assert [entry.points for entry in expiries] == [-20, -30]
    assert expiries[1].occurred_at == later
    assert sound()


def test_expiry_is_written_once_and_dated_at_its_own_midnight():
    make.published_program(valid_months=1)
    sanne = make.member()
    make.purchase(sanne, "50.00")
    midnight = datetime(2026, 7, 15, 22, tzinfo=UTC)

    early = expire_points(until=midnight - timedelta(seconds=1), now=midnight)
    first = expire_points(until=midnight + timedelta(days=3), now=midnight)
    again = expire_points(until=midnight + timedelta(days=3), now=midnight)

    assert (early.points, first.points, again.points) == (0, 50, 0)
    assert Entry.objects.get(kind=Kind.EXPIRED).occurred_at == midnight
    assert make.balance(sanne) == 0


def test_redeeming_never_lowers_a_tier():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "600.00")

    spend(sanne, 600)

    assert Account.objects.get(pk=sanne.pk).tier_id == 1


def test_corrections_go_up_and_down_but_never_into_debt():
    make.published_program()
    sanne = make.member(points=30)

    with pytest.raises(RuleSaysNo):
        make.give(sanne, -31)
    with pytest.raises(NothingToAdjust):
        make.give(sanne, 0)
    make.give(sanne, -30)

    assert make.balance(sanne) == 0


def test_good_will_is_a_bonus_with_its_reason():
    make.published_program()
    sanne = make.member()

    adjust_points(
        member_id=sanne.pk,
        points=25,
        reason=AdjustmentReason.GOOD_WILL,
        request_key=uuid4(),
        actor="user:1",
        now=NOW,
    )

    entry = Entry.objects.get()
    assert entry.kind == Kind.BONUS
    assert entry.explanation == {"reason": "good_will", "version": 1}


def test_a_members_standing_is_read_when_spending():
    make.published_program()
    sanne = make.member(points=10)

    book = spend(sanne, 5)

    assert book.standing is Standing.ACTIVE
    assert Allocation.objects.count() == 1
    assert Entry.objects.filter(source_id=PROGRAM_SOURCE).count() == 2
