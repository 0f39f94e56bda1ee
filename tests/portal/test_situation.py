"""Where a member stands, whether or not the nightly job has run."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from points.actions.expiry import expire_points
from points.actions.placement import place_tiers
from points.actions.purchases import record_refund
from points.actions.redemption import spend_points
from points.placement import Reach
from points.reports.statement import situation
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


def spend(member, points, now=NOW):
    spend_points(member_id=member.pk, points=points, request_key=uuid4(), actor="user:1", now=now)


def give_back(member, purchase, total, now=NOW):
    record_refund(
        member_id=member.pk,
        source_id=purchase.source_id,
        refund=f"refund-{uuid4().hex[:8]}",
        receipt=purchase.receipt,
        refunded_at=now,
        total=Decimal(total),
        actor="import:1",
        now=now,
    )


def test_a_member_without_any_points_stands_at_nothing():
    make.published_program()
    member = make.member()

    standing = situation(member.pk, NOW)

    assert (standing.balance, standing.spendable, standing.pending, standing.debt) == (0, 0, 0, 0)
    assert standing.expiring == ()
    assert (standing.tier, standing.next_tier, standing.missing) == (0, 1, 500)


def test_without_a_program_there_are_no_tiers_and_no_dates():
    member = make.member()

    standing = situation(member.pk, NOW)

    assert (standing.next_tier, standing.status, standing.window_days) == (None, 0, 0)


def test_points_past_their_last_day_are_gone_before_the_job_has_run():
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    make.purchase(member, "80.00", at=NOW - timedelta(days=400))
    make.purchase(member, "30.00")

    before = situation(member.pk, NOW)
    expire_points(until=NOW, now=NOW)
    after = situation(member.pk, NOW)

    assert (before.balance, before.spendable) == (30, 30)
    assert before == after


def test_points_can_be_spent_to_the_end_of_their_last_local_day():
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    make.purchase(member, "80.00", at=datetime(2025, 6, 15, 23, 30, tzinfo=UTC))

    last_moment = situation(member.pk, datetime(2026, 6, 16, 21, 59, 59, tzinfo=UTC))
    midnight = situation(member.pk, datetime(2026, 6, 16, 22, 0, tzinfo=UTC))

    assert last_moment.expiring == ((date(2026, 6, 16), 80),)
    assert last_moment.spendable == 80
    assert midnight.spendable == 0
    assert midnight.expiring == ()


def test_pending_points_count_in_the_balance_and_cannot_be_spent():
    make.published_program(pending_days=3)
    member = make.member()
    make.purchase(member, "80.00")

    today = situation(member.pk, NOW)
    later = situation(member.pk, datetime(2026, 6, 17, 22, 0, tzinfo=UTC))

    assert (today.balance, today.spendable, today.pending) == (80, 0, 80)
    assert (later.balance, later.spendable, later.pending) == (80, 80, 0)


def test_what_a_return_could_not_take_is_owed():
    make.published_program()
    member = make.member()
    purchase = make.purchase(member, "80.00", at=NOW - timedelta(days=1))
    spend(member, 60)
    give_back(member, purchase, "80.00")

    standing = situation(member.pk, NOW)

    assert (standing.balance, standing.spendable, standing.debt) == (-60, 0, 60)


def test_points_that_end_on_one_day_are_named_together_and_the_soonest_first():
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    make.purchase(member, "20.00", at=NOW - timedelta(days=10))
    make.purchase(member, "5.00", at=NOW - timedelta(days=30))
    make.purchase(member, "7.00", at=NOW - timedelta(days=10, hours=2))

    standing = situation(member.pk, NOW)

    assert standing.expiring == ((date(2027, 5, 16), 5), (date(2027, 6, 5), 27))


def test_points_for_ever_are_not_among_those_that_expire():
    make.published_program(valid_months=0)
    member = make.member()
    make.purchase(member, "20.00")

    standing = situation(member.pk, NOW)

    assert (standing.spendable, standing.expiring) == (20, ())


def test_status_points_count_from_the_first_to_the_last_day_of_the_window():
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    first_day = datetime(2025, 6, 15, 22, 0, tzinfo=UTC)
    make.purchase(member, "100.00", at=first_day - timedelta(minutes=1))
    make.purchase(member, "40.00", at=first_day)
    make.purchase(member, "2.00")

    standing = situation(member.pk, NOW)

    assert (standing.status, standing.missing) == (42, 458)


def test_who_reached_a_tier_sees_the_next_and_what_it_asks():
    make.published_program(silver="1.25")
    member = make.member()
    make.purchase(member, "600.00", at=NOW - timedelta(days=1))

    standing = situation(member.pk, NOW)

    assert (standing.tier, standing.next_tier) == (1, 2)
    assert (standing.threshold, standing.missing) == (1500, 900)
    assert standing.multiplier == Decimal("1.25")
    assert standing.tier_since == NOW - timedelta(days=1)


def test_above_the_highest_tier_there_is_nothing_to_reach():
    make.published_program()
    member = make.member()
    make.purchase(member, "1600.00", at=NOW - timedelta(days=1))

    standing = situation(member.pk, NOW)

    assert (standing.tier, standing.next_tier, standing.missing) == (2, None, 0)


def test_a_situation_takes_four_queries_however_long_the_history(django_assert_num_queries):
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    for day in range(12):
        make.purchase(member, "20.00", at=NOW - timedelta(days=40 * day))
    situation(member.pk, NOW)

    with django_assert_num_queries(4):
        situation(member.pk, NOW)


def test_the_amount_and_the_day_that_reach_and_keep_a_tier_are_exact():
    make.published_program(rate="0.5")
    member = make.member(joined_at=NOW - timedelta(days=800))
    make.purchase(member, "1000.00", at=NOW - timedelta(days=300))
    make.purchase(member, "832.00", at=NOW - timedelta(days=30))

    standing = situation(member.pk, NOW)

    # 19 August 2025, 365 days on, and 30 days of grace.
    assert standing.keep == Reach(84, Decimal("168.00"), date(2026, 9, 18))
    assert standing.reach == Reach(584, Decimal("1168.00"), date(2026, 8, 19))


def test_the_kept_tier_is_the_one_the_nightly_job_would_take():
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    make.purchase(member, "500.00", at=NOW - timedelta(days=300))
    keep = situation(member.pk, NOW).keep
    night = datetime(keep.before.year, keep.before.month, keep.before.day, 1, tzinfo=UTC)
    make.purchase(member, str(keep.amount), at=night - timedelta(days=1), now=night)

    assert place_tiers(at=night, now=night).fell == 0
    assert situation(member.pk, night).tier == 1


def test_in_the_grace_what_the_window_has_let_go_still_tells_the_day_of_the_fall():
    make.published_program()
    member = make.member(joined_at=NOW - timedelta(days=800))
    make.purchase(member, "500.00", at=NOW - timedelta(days=375))

    standing = situation(member.pk, NOW)

    assert standing.status == 0
    assert standing.keep == Reach(500, Decimal("500.00"), date(2026, 7, 5))


def test_who_is_in_the_first_tier_has_nothing_to_keep():
    make.published_program()
    member = make.member()

    standing = situation(member.pk, NOW)

    assert (standing.keep, standing.reach.before) == (None, None)
