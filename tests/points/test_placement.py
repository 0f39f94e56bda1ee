"""The nightly placement, derived from time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from members.models import Placement
from points.actions.placement import place_tiers
from points.actions.publication import publish_program
from points.actions.purchases import record_refund
from points.models import Account
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def tier(member):
    return Account.objects.get(pk=member.pk).tier_id


def place(at):
    return place_tiers(at=at, now=at)


def test_a_member_falls_after_the_grace_and_not_a_day_before():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "600.00")
    # Bought on 15 June 2026: below from 15 June 2027, grace of 30 days, falls on 15 July.
    before = datetime(2027, 7, 14, 21, 0, tzinfo=UTC)
    after = datetime(2027, 7, 14, 22, 0, tzinfo=UTC)

    assert place(before).fell == 0
    assert tier(sanne) == 1
    assert place(after).fell == 1

    assert tier(sanne) == 0
    fall = Placement.objects.latest("id")
    assert (fall.since, fall.reason) == (after, Placement.Reason.FELL)
    assert verify_ledger().violations == []


def test_a_placement_that_was_missed_for_months_dates_the_fall_the_same():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "600.00")

    place(datetime(2027, 12, 1, tzinfo=UTC))

    assert Placement.objects.latest("id").since == datetime(2027, 7, 14, 22, tzinfo=UTC)
    assert tier(sanne) == 0


def test_from_gold_a_member_falls_a_step_at_a_time_with_a_new_grace_each():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "2000.00")

    place(datetime(2027, 7, 20, tzinfo=UTC))
    assert tier(sanne) == 1
    place(datetime(2027, 8, 10, tzinfo=UTC))
    assert tier(sanne) == 1
    place(datetime(2027, 8, 14, tzinfo=UTC))
    assert tier(sanne) == 0


@pytest.mark.parametrize(("step", "rank"), [("none", 2), ("full", 0)])
def test_the_step_says_how_far_one_falls(step, rank):
    make.published_program(step=step)
    sanne = make.member()
    make.purchase(sanne, "2000.00")

    place(datetime(2027, 7, 20, tzinfo=UTC))

    assert tier(sanne) == rank


def test_buying_again_within_the_grace_keeps_the_tier():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "600.00")
    later = datetime(2027, 7, 1, tzinfo=UTC)
    make.purchase(sanne, "500.00", at=later, now=later)

    place(datetime(2027, 7, 20, tzinfo=UTC))

    assert tier(sanne) == 1


def test_a_refund_below_the_threshold_is_reviewed_that_night():
    make.published_program(grace_days=0)
    sanne = make.member()
    purchase = make.purchase(sanne, "600.00")
    place(NOW)
    assert tier(sanne) == 1
    record_refund(
        member_id=sanne.pk,
        source_id=purchase.source_id,
        refund="f1",
        receipt=purchase.receipt,
        refunded_at=NOW,
        total=Decimal("200.00"),
        actor="user:1",
        now=NOW,
    )

    place(NOW + timedelta(days=1))

    assert tier(sanne) == 0


def test_a_new_version_with_lower_thresholds_lifts_members_at_the_next_placement():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "400.00")
    toml = make.program_toml(effective_at="2026-06-16T00:00:00+02:00")

    publish_program(toml=toml.replace("threshold = 500", "threshold = 300"), now=NOW)

    placed = place(NOW + timedelta(days=1))

    assert placed.rose == 1
    assert tier(sanne) == 1
    assert Placement.objects.get().reason == Placement.Reason.REVISED


def test_running_it_again_changes_nothing_and_looks_at_nobody():
    make.published_program()
    for _ in range(5):
        make.purchase(make.member(), "600.00")
    first = place(NOW)

    second = place(NOW)

    assert (first.reviewed, second.reviewed) == (5, 0)


def test_without_a_program_nobody_is_placed():
    assert place(NOW).reviewed == 0
