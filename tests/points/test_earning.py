"""What purchases earn, and the tiers they lead to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from points.actions.purchases import record_purchase
from points.events import Line
from points.models import Account, Entry, Lot
from points.refusals import (
    InTheFuture,
    OutsideProgram,
    UnknownMember,
)
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def sound():
    return verify_ledger().violations == []


def test_a_purchase_earns_a_point_for_every_whole_euro():
    make.published_program()
    sanne = make.member()

    purchase = make.purchase(sanne, "25.99")

    assert purchase.earned == 25
    assert make.balance(sanne) == 25
    assert Lot.objects.get().expires_at == datetime(2027, 6, 15, 22, tzinfo=UTC)
    assert sound()


def test_a_purchase_of_nothing_is_kept_with_its_explanation_and_without_an_entry():
    make.published_program()
    sanne = make.member()

    purchase = make.purchase(sanne, "0.40")

    assert purchase.explanation["base"] == "0.40"
    assert not Entry.objects.exists()


def test_excluded_categories_do_not_earn_and_are_named():
    make.published_program(excluded='["tobacco"]')
    sanne = make.member()
    lines = (
        Line(1, "p1", "GROCERY", "MILK", Decimal(1), Decimal("10.00")),
        Line(2, "p2", "KIOSK", "Tobacco", Decimal(1), Decimal("8.50")),
    )

    purchase = make.purchase(sanne, "18.50", lines=lines)

    assert purchase.earned == 10
    assert purchase.lines.count() == 2
    why = Entry.objects.get().explanation
    assert why["excluded"] == [["Tobacco", "8.50"]]
    assert why["total"] == "18.50"


def test_excluded_amounts_are_taken_off_to_the_cent():
    make.published_program(excluded='["TOBACCO"]')
    sanne = make.member()

    earned = [
        make.purchase(
            sanne, total, lines=(Line(1, "x", "", "TOBACCO", Decimal(1), Decimal(less)),)
        ).earned
        for total, less in (("4.35", "0.35"), ("2.05", "0.05"), ("8.20", "0.20"))
    ]

    assert earned == [4, 2, 8]


def test_what_happened_before_the_program_is_rejected_and_its_key_stays_free():
    make.published_program(effective_at="2026-01-01T00:00:00+01:00")
    sanne = make.member()
    early = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)

    with pytest.raises(OutsideProgram):
        make.purchase(sanne, at=early, receipt="r1")

    assert make.purchase(sanne, "10.00", receipt="r1").earned == 10


def test_a_purchase_more_than_five_minutes_ahead_is_rejected():
    make.published_program()
    sanne = make.member()

    assert make.purchase(sanne, at=NOW + timedelta(minutes=5)).earned == 25
    with pytest.raises(InTheFuture):
        make.purchase(sanne, at=NOW + timedelta(minutes=5, seconds=1))


def test_nobody_earns_without_being_a_member():
    make.published_program()

    with pytest.raises(UnknownMember):
        record_purchase(
            member_id=10**9,
            source_id=make.source(),
            receipt="r1",
            placed_at=NOW,
            total=Decimal(10),
            actor="x",
            now=NOW,
        )


def test_a_member_rises_before_the_next_purchase_is_valued():
    make.published_program(silver="2.0")
    sanne = make.member()

    first = make.purchase(sanne, "499.00", at=NOW - timedelta(hours=3))
    second = make.purchase(sanne, "1.00", at=NOW - timedelta(hours=2))
    third = make.purchase(sanne, "10.00", at=NOW - timedelta(hours=1))

    assert [p.earned for p in (first, second, third)] == [499, 1, 20]
    assert third.status == 10
    assert [p.tier_id for p in (first, second, third)] == [0, 0, 1]
    assert sanne.placements.get().since == NOW - timedelta(hours=2)


def test_status_points_outside_the_window_raise_nobody():
    make.published_program()
    sanne = make.member(joined_at=NOW - timedelta(days=900))
    make.purchase(sanne, "499.00", at=NOW - timedelta(days=365))
    make.purchase(sanne, "499.00", at=NOW)

    assert Account.objects.get(pk=sanne.pk).tier_id == 0
    make.purchase(sanne, "1.00", at=NOW)
    assert Account.objects.get(pk=sanne.pk).tier_id == 1
