"""Posting events: each once, for ever, whole or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actions.membership import close_membership, freeze_membership
from members.models import PROGRAM_SOURCE
from points.actions.adjustment import AdjustmentReason, NothingToAdjust, adjust_points
from points.actions.expiry import expire_points
from points.actions.posting import post_event, post_events
from points.actions.purchases import record_purchase, record_refund, void_refund
from points.actions.redemption import restore_points, spend_points
from points.book_rows import Standing
from points.events import Debit, Line, Purchase
from points.kinds import Kind
from points.models import Account, Allocation, Debt, Entry, Lot, Refund
from points.models import Purchase as PurchaseRow
from points.refusals import (
    InTheFuture,
    OtherContent,
    OutsideProgram,
    RuleSaysNo,
    UnknownMember,
)
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def refund(purchase, total, *, key="f1", at=NOW, now=NOW):
    return record_refund(
        member_id=purchase.member_id,
        source_id=purchase.source_id,
        refund=key,
        receipt=purchase.receipt,
        refunded_at=at,
        total=Decimal(total),
        actor="user:1",
        now=now,
    )


def spend(member, points, *, key=None, now=NOW):
    return spend_points(
        member_id=member.pk, points=points, request_key=key or uuid4(), actor="user:1", now=now
    )


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


def test_the_same_receipt_again_changes_nothing():
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "25.00", receipt="r1")

    make.purchase(sanne, "25.00", receipt="r1")

    assert make.balance(sanne) == 25
    assert PurchaseRow.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"total": "26.00"}, {"at": NOW - timedelta(minutes=1)}, {"member": "other"}]
)
def test_the_same_receipt_with_other_content_is_refused(change):
    make.published_program()
    sanne, other = make.member(), make.member()
    make.purchase(sanne, "25.00", receipt="r1")
    who = other if change.pop("member", None) else sanne

    with pytest.raises(OtherContent) as refused:
        make.purchase(who, **{"total": "25.00", "receipt": "r1"} | change)

    assert refused.value.code == "other_content"
    assert Account.objects.get(pk=sanne.pk).balance == 25


def test_another_source_may_use_the_same_receipt_number():
    make.published_program()
    sanne = make.member()

    make.purchase(sanne, "25.00", receipt="r1", source_id=make.source("shop-a"))
    make.purchase(sanne, "30.00", receipt="r1", source_id=make.source("shop-b"))

    assert make.balance(sanne) == 55


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
            member_id=999,
            source_id=make.source(),
            receipt="r1",
            placed_at=NOW,
            total=Decimal(10),
            actor="x",
            now=NOW,
        )


def test_a_refused_event_leaves_the_others_of_its_batch_alone():
    make.published_program()
    sanne = make.member()
    events = [
        Purchase("r1", sanne.pk, NOW, Decimal(10)),
        Debit("d1", sanne.pk, NOW, 50),
        Purchase("r2", 999, NOW, Decimal(10)),
    ]

    outcome = post_events(events, source_id=make.source(), actor="import:1", now=NOW)

    assert [event.key for event in outcome.posted] == ["r1"]
    assert [refusal.code for _, refusal in outcome.refused] == [
        "not_enough_points",
        "unknown_member",
    ]
    assert make.balance(sanne) == 10


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


def test_closed_members_are_refused_purchases_and_refunds_stay_within_their_balance():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend(sanne, 30)
    close_membership(member_id=sanne.pk, now=NOW)

    with pytest.raises(RuleSaysNo) as refused:
        make.purchase(sanne, "5.00")
    refund(purchase, "50.00")

    assert refused.value.code == "member_closed"
    assert make.balance(sanne) == 0
    assert not Debt.objects.exists()
    assert sound()


def test_three_partial_refunds_take_as_much_as_one_whole():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "10.00")

    for part, key in (("3.33", "a"), ("3.33", "b"), ("3.34", "c")):
        refund(purchase, part, key=key)

    assert make.balance(sanne) == 0
    assert sound()


def test_a_refund_is_valued_by_the_purchases_own_version():
    make.published_program(rate=1)
    sanne = make.member()
    purchase = make.purchase(sanne, "10.00")
    make.published_program(rate=5, effective_at="2026-06-16T00:00:00+02:00")
    later = NOW + timedelta(days=2)

    refund(purchase, "5.00", at=later, now=later)

    assert make.balance(sanne) == 5


def test_a_refund_of_spent_points_becomes_a_debt_that_the_next_points_pay():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend(sanne, 40)

    refund(purchase, "50.00")

    assert make.balance(sanne) == -40
    assert Debt.objects.get().remaining == 40
    make.purchase(sanne, "100.00")
    assert make.balance(sanne) == 60
    assert Debt.objects.get().remaining == 0
    spend(sanne, 60)
    assert sound()


def test_within_balance_a_refund_leaves_no_debt_but_claims_what_is_restored_to_that_purchase():
    make.published_program(policy="within_balance")
    sanne = make.member()
    purchase = make.purchase(sanne, "100.00")
    key = uuid4()
    spend(sanne, 100, key=key)

    refund(purchase, "100.00")
    restore_points(
        member_id=sanne.pk, redemption_key=key, request_key=uuid4(), actor="user:1", now=NOW
    )

    assert make.balance(sanne) == 0
    assert not Debt.objects.exists()
    assert sound()


def test_more_refunded_than_paid_takes_no_more_than_was_earned_and_says_so():
    make.published_program()
    sanne = make.member(points=100)
    purchase = make.purchase(sanne, "10.00")

    refund(purchase, "25.00")

    assert make.balance(sanne) == 100
    assert Refund.objects.get().explanation["beyond_paid"] == "15.00"


def test_expired_points_of_a_purchase_count_as_taken_back():
    make.published_program(valid_months=1)
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    later = NOW + timedelta(days=60)

    refund(purchase, "50.00", at=later, now=later)

    assert make.balance(sanne) == 50
    expire_points(until=later, now=later)
    assert make.balance(sanne) == 0
    assert not Debt.objects.exists()


def test_a_refund_cannot_come_before_its_purchase_nor_name_an_unknown_one():
    make.published_program()
    sanne, other = make.member(), make.member()
    purchase = make.purchase(sanne)
    unknown = PurchaseRow(member_id=other.pk, source_id=purchase.source_id, receipt="nope")
    elses = PurchaseRow(member_id=other.pk, source_id=purchase.source_id, receipt=purchase.receipt)

    codes = []
    for which, at in (
        (purchase, NOW - timedelta(seconds=1)),
        (unknown, NOW),
        (elses, NOW),
    ):
        with pytest.raises(RuleSaysNo) as refused:
            refund(which, "1.00", at=at)
        codes.append(refused.value.code)

    assert codes == ["before_purchase", "unknown_purchase", "someone_elses"]
    assert not Refund.objects.exists()


def test_a_refund_again_changes_nothing_even_where_it_took_nothing():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "10.00")
    refund(purchase, "0.40", key="small")
    refund(purchase, "0.40", key="small")

    assert Refund.objects.count() == 1
    assert make.balance(sanne) == 9
    with pytest.raises(OtherContent):
        refund(purchase, "0.50", key="small")


def test_a_voided_refund_puts_back_what_it_took():
    make.published_program()
    sanne = make.member()
    purchase = make.purchase(sanne, "50.00")
    spend(sanne, 20)
    refund(purchase, "50.00", key="wrong")

    for _ in range(2):
        void_refund(
            member_id=sanne.pk,
            source_id=purchase.source_id,
            request_key="v1",
            refund="wrong",
            voided_at=NOW,
            actor="user:1",
            now=NOW,
        )

    assert make.balance(sanne) == 30
    assert Debt.objects.get().remaining == 0
    assert Entry.objects.filter(kind=Kind.REFUND_VOIDED).count() == 1
    assert sound()
    with pytest.raises(RuleSaysNo) as refused:
        void_refund(
            member_id=sanne.pk,
            source_id=purchase.source_id,
            request_key="v2",
            refund="wrong",
            voided_at=NOW,
            actor="user:1",
            now=NOW,
        )
    assert refused.value.code == "already_voided"


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


def test_a_late_purchase_takes_the_tier_of_its_moment_and_raises_from_its_recording():
    make.published_program(silver="2.0")
    sanne = make.member()
    make.purchase(sanne, "450.00", at=NOW - timedelta(days=2))

    late = make.purchase(sanne, "100.00", at=NOW - timedelta(days=5), now=NOW)

    assert late.earned == 100
    assert sanne.placements.get().since == NOW


def test_status_points_outside_the_window_raise_nobody():
    make.published_program()
    sanne = make.member(joined_at=NOW - timedelta(days=900))
    make.purchase(sanne, "499.00", at=NOW - timedelta(days=365))
    make.purchase(sanne, "499.00", at=NOW)

    assert Account.objects.get(pk=sanne.pk).tier_id == 0
    make.purchase(sanne, "1.00", at=NOW)
    assert Account.objects.get(pk=sanne.pk).tier_id == 1


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


def test_nothing_personal_enters_the_ledger():
    make.published_program()
    sanne = make.member(name="Geheime Naam", email="geheim@example.nl")
    purchase = make.purchase(sanne, "50.00")
    refund(purchase, "10.00")

    rows = str(list(Entry.objects.values())) + str(list(PurchaseRow.objects.values()))

    assert "Geheime" not in rows
    assert "geheim" not in rows


def test_one_purchase_takes_a_constant_number_of_statements():
    make.published_program()
    sanne = make.member()
    source = make.source()
    make.purchase(sanne, "5.00")
    counts = set()

    for _ in range(30):
        with CaptureQueriesContext(connection) as queries:
            record_purchase(
                member_id=sanne.pk,
                source_id=source,
                receipt=str(uuid4()),
                placed_at=NOW,
                total=Decimal("5.00"),
                actor="api:1",
                now=NOW,
            )
        counts.add(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))

    assert counts == {3}


def test_many_rows_are_copied_and_read_the_same_as_few():
    make.published_program()
    few, many = make.member(), make.member()
    source = make.source()

    def events(member, prefix):
        return [
            Purchase(f"{prefix}{n}", member.pk, NOW - timedelta(hours=n), Decimal(n) / 3 // 1 + n)
            for n in range(60)
        ] + [Debit(f"{prefix}d", member.pk, NOW, 100)]

    for event in sorted(events(few, "few"), key=lambda event: event.at):
        post_event(event, source_id=source, actor="import:2", now=NOW)
    post_events(events(many, "many"), source_id=source, actor="import:2", now=NOW)

    def picture(member):
        columns = ("sequence", "kind", "points", "occurred_at", "explanation")
        return list(Entry.objects.of_member(member.pk).order_by("id").values_list(*columns))

    assert picture(few) == picture(many)
    assert make.balance(few) == make.balance(many)
    assert sound()


def test_a_batch_with_strange_characters_is_stored_as_it_came():
    make.published_program()
    sanne = make.member()
    receipt = 'tab\t"quote" \\back\\ \\N é 😀'

    events = [Purchase(receipt + str(n), sanne.pk, NOW, Decimal(n + 1)) for n in range(60)]
    post_events(events, source_id=make.source(), actor="import:2", now=NOW)

    assert PurchaseRow.objects.filter(receipt__startswith=receipt).count() == 60
    assert Entry.objects.filter(operation__startswith=receipt).count() == 60
    assert sound()


def test_a_members_standing_is_read_when_spending():
    make.published_program()
    sanne = make.member(points=10)

    book = spend(sanne, 5)

    assert book.standing is Standing.ACTIVE
    assert Allocation.objects.count() == 1
    assert Entry.objects.filter(source_id=PROGRAM_SOURCE).count() == 2
