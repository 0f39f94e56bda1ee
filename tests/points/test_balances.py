"""Balances at the end of a day: what is true of then, and what was known then."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from points.actions.expiry import expire_points
from points.actions.posting import post_event
from points.actions.purchases import record_refund, void_refund
from points.actions.redemption import restore_points, spend_points
from points.events import Debit
from points.local_time import end_of_day
from points.reports.balances import COLUMNS, balances
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LATER = NOW + timedelta(days=400)


def figures(day, *, known_at=LATER):
    (row,) = balances(until=end_of_day(day, AMSTERDAM), known_at=known_at)
    return {name: int(value) for name, value in zip(COLUMNS[2:], row[1:], strict=True)}


def test_a_lot_still_counts_on_its_last_day_and_has_expired_the_next():
    make.published_program(valid_months=1)
    make.purchase(make.member(), "50.00")

    assert figures(date(2026, 7, 15))["balance"] == 50
    assert figures(date(2026, 7, 16)) | {"earned": 50, "expired": 50, "balance": 0} == figures(
        date(2026, 7, 16)
    )


def test_figures_are_the_same_before_and_after_the_nightly_job():
    make.published_program(valid_months=1)
    sanne = make.member()
    make.purchase(sanne, "50.00")
    spend_points(member_id=sanne.pk, points=20, request_key=uuid4(), actor="user:1", now=NOW)
    days = [date(2026, 6, 14) + timedelta(days=n) for n in range(40)]
    before = [figures(day) for day in days]

    expire_points(until=LATER, now=LATER)

    assert [figures(day) for day in days] == before


def test_pending_points_are_in_the_balance_and_shown_apart():
    make.published_program(pending_days=14)
    make.purchase(make.member(), "50.00")

    assert figures(date(2026, 6, 28)) | {"balance": 50, "pending": 50} == figures(date(2026, 6, 28))
    assert figures(date(2026, 6, 29))["pending"] == 0


def test_debt_and_its_cancelling_are_true_of_each_day():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend_points(member_id=sanne.pk, points=40, request_key=uuid4(), actor="user:1", now=NOW)
    second, third = NOW + timedelta(days=1), NOW + timedelta(days=2)
    record_refund(
        member_id=sanne.pk,
        source_id=purchase.source_id,
        refund="f1",
        receipt=purchase.receipt,
        refunded_at=second,
        total=Decimal("50.00"),
        actor="user:1",
        now=second,
    )
    void_refund(
        member_id=sanne.pk,
        source_id=purchase.source_id,
        request_key="v1",
        refund="f1",
        voided_at=third,
        actor="user:1",
        now=third,
    )

    seen = [
        (figures(day.date())["balance"], figures(day.date())["debt"])
        for day in (NOW, second, third)
    ]

    assert seen == [(10, 0), (-40, 40), (10, 0)]


def test_a_late_debit_changes_what_is_true_of_then_but_not_what_was_known():
    make.published_program(valid_months=1)
    sanne = make.member()
    make.purchase(sanne, "50.00")
    august = datetime(2026, 8, 20, tzinfo=UTC)
    expire_points(until=august, now=august)
    september = datetime(2026, 9, 1, tzinfo=UTC)
    event = Debit("late", sanne.pk, NOW + timedelta(days=5), 20)
    post_event(event, source_id=make.source(), actor="import:2", now=september)

    then = date(2026, 8, 1)

    assert figures(then, known_at=august)["expired"] == 50
    assert figures(then) | {"redeemed": 20, "expired": 30, "balance": 0} == figures(then)
    assert figures(date(2026, 6, 25), known_at=august)["balance"] == 50
    assert figures(date(2026, 6, 25))["balance"] == 30


def test_a_restored_redemption_is_shown_on_both_days():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "50.00")
    key = uuid4()
    spend_points(member_id=sanne.pk, points=40, request_key=key, actor="user:1", now=NOW)
    second = NOW + timedelta(days=1)
    restore_points(
        member_id=sanne.pk, redemption_key=key, request_key=uuid4(), actor="user:1", now=second
    )

    assert figures(NOW.date())["balance"] == 10
    assert figures(second.date()) | {"redeemed": 40, "restored": 40, "balance": 50} == figures(
        second.date()
    )


def export(**options):
    out = io.StringIO()
    call_command("export_balances", stdout=out, **options)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_the_command_names_members_by_card():
    make.published_program()
    sanne = make.member(points=5)

    (row,) = export(as_of="2026-06-15")

    assert row["member"] == sanne.cards.get().number
    assert tuple(row) == COLUMNS
    assert row["adjusted"] == row["balance"] == "5"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"as_of": "soon"}, "is not a day"),
        ({"as_of": "2026-02-30"}, "is not a day"),
        ({"as_of": "2026-06-15", "source": "nobody"}, "not known"),
        ({"as_of": "2026-06-15", "known_at": "2026-06-15"}, "moment with its zone"),
        ({"as_of": "9999-12-31"}, "is not a day"),
    ],
)
def test_the_command_says_what_it_cannot_use(options, complaint):
    make.published_program()

    with pytest.raises(CommandError, match=complaint) as error:
        export(**options)

    assert error.value.returncode == 2


def test_without_a_program_there_is_nothing_to_export():
    with pytest.raises(CommandError, match="No program has been published"):
        export(as_of="2026-06-15")
