"""Posting events: each once, for ever, whole or not at all."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from points.actions.posting import post_event, post_events
from points.actions.purchases import record_purchase, record_refund
from points.events import Debit, Purchase
from points.models import Account, Entry
from points.models import Purchase as PurchaseRow
from points.refusals import (
    OtherContent,
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


def sound():
    return verify_ledger().violations == []


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


def test_a_refused_event_leaves_the_others_of_its_batch_alone():
    make.published_program()
    sanne = make.member()
    events = [
        Purchase("r1", sanne.pk, NOW, Decimal(10)),
        Debit("d1", sanne.pk, NOW, 50),
        Purchase("r2", 10**9, NOW, Decimal(10)),
    ]

    outcome = post_events(events, source_id=make.source(), actor="import:1", now=NOW)

    assert [event.key for event in outcome.posted] == ["r1"]
    assert [refusal.code for _, refusal in outcome.refused] == [
        "not_enough_points",
        "unknown_member",
    ]
    assert make.balance(sanne) == 10


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
