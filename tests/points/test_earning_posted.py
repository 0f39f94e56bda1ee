"""Earning rules in the database: the same rows whichever way the events come in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from points.actions.posting import post_event, post_events
from points.actions.publication import publish_version, save_draft
from points.actions.purchases import void_refund
from points.events import Debit, Line, Purchase, Refund, Restore, Returned
from points.models import Account, Entry
from points.models import Purchase as PurchaseRow
from points.models import Refund as RefundRow
from points.refusals import OtherContent
from points.reports.verification import verify_ledger
from tests import make
from tests.points.programs import toml

pytestmark = pytest.mark.django_db
NOW = make.NOW
CHEESE = {
    "multiplier": 3,
    "categories": ["cheese"],
    "most_points": 30,
    "most_per": "week",
}
RULES = (
    CHEESE,
    {"points": 7, "first_purchase": True},
    {"points": 11, "birthday_days": 2},
    {"take": 3, "pay": 2, "back_at": 2, "products": ["1"]},
)
EARNING = {
    "remainder": "carry",
    "most_points": 120,
    "most_per": "month",
    "excluded_categories": ["tobacco"],
}


def published(*rules, **program):
    draft = save_draft(toml=toml(*rules, **program))
    return publish_version(version_id=draft.pk, now=NOW)


def basket(cheese="6.15", apples="3"):
    lines = (
        Line(1, "", "", "Cheese", Decimal(1), Decimal(cheese)),
        Line(2, "1", "", "", Decimal(apples), Decimal(apples) * 2),
        Line(3, "", "tobacco", "", Decimal(1), Decimal("9.35")),
    )
    return {"total": sum(line.amount for line in lines), "lines": lines}


def bought(key, by, at=NOW, **fields):
    return Purchase(key, by.pk, at, **(basket() | fields))


def given_back(key, by, purchase, total, *parts, at=NOW):
    lines = tuple(
        Returned(number, Decimal(pieces), Decimal(paid)) for number, pieces, paid in parts
    )
    return Refund(key, by.pk, at, Decimal(total), purchase, lines=lines)


def post(*events, source=None, now=NOW):
    outcome = post_events(
        list(events), source_id=source or make.source(), actor="import:1", now=now
    )
    assert not outcome.refused, outcome.refused


def rows(member):
    account = Account.objects.get(pk=member.pk)
    return {
        "account": (account.balance, account.debt, account.remainder, account.purchases),
        "entries": list(
            Entry.objects.of_member(member.pk)
            .order_by("id")
            .values_list("kind", "points", "occurred_at", "explanation")
        ),
        "purchases": list(
            PurchaseRow.objects.of_member(member.pk)
            .order_by("id")
            .values_list("earned", "taken", "waived", "refunded", "status", "facts", "gave")
        ),
        "refunds": list(
            RefundRow.objects.filter(purchase__member=member.pk)
            .order_by("refunded_at")
            .values_list("total", "waived", "explanation", "lines")
        ),
    }


def a_month(by, key):
    """Purchases, spending and returns of a month, in the order in which they happened."""
    start = NOW - timedelta(days=14)
    return [
        bought(f"{key}1", by, start),
        bought(f"{key}2", by, start + timedelta(hours=5), **basket("20.45", "7")),
        given_back(f"{key}f1", by, f"{key}1", "2.00", (2, 1, "2"), at=start + timedelta(hours=6)),
        Debit(f"{key}d", by.pk, start + timedelta(hours=7), 60),
        bought(f"{key}3", by, start + timedelta(days=3)),
        given_back(f"{key}f2", by, f"{key}1", "4.30", (1, 1, "3.15"), at=start + timedelta(days=4)),
        given_back(f"{key}f3", by, f"{key}2", "15", at=start + timedelta(days=5)),
        bought(f"{key}4", by, start + timedelta(days=8), **basket("0.35", "4")),
        given_back(f"{key}f4", by, f"{key}3", "15.50", (1, 1, "6.15"), (3, 1, "9.35"), at=NOW),
        Restore(f"{key}r", by.pk, NOW, f"{key}d", 20),
    ]


@pytest.mark.parametrize("policy", ["debt", "within_balance"])
def test_one_by_one_in_parts_and_all_at_once_give_the_same_rows(policy):
    published(*RULES, policy=policy, **EARNING)
    seen = []
    for cuts in (range(1, 10), [], [3], [2, 5], [6, 9]):
        member = make.member(birthday=date(1990, 6, 3))
        # The keys are in the explanations, so each time is taken back.
        with transaction.atomic():
            events = [replace(event, member=member.pk) for event in a_month(member, "k")]
            for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
                post(*events[start:end])
            found = rows(member)
            assert verify_ledger().violations == []
            transaction.set_rollback(True)
        seen.append(found)

    assert all(found == seen[0] for found in seen)


def test_a_batch_of_many_members_gives_each_what_they_would_have_alone():
    published(*RULES, **EARNING)
    first, second, alone = (make.member(birthday=date(1990, 6, 3)) for _ in range(3))

    post(*a_month(first, "a"), *a_month(second, "b"))
    post(*a_month(alone, "c"))

    def points(member):
        return [(points, facts) for points, *_, facts, _ in rows(member)["purchases"]]

    assert points(first) == points(second) == points(alone)
    assert any("birthdays" in facts for _, facts in points(alone))


def test_a_cap_counts_what_an_earlier_version_gave_in_the_same_batch():
    published()
    publish_version(
        version_id=save_draft(
            toml=toml(most_points=12, most_per="week").replace("2020-01-01", "2026-06-17")
        ).pk,
        now=NOW,
    )
    later = NOW + timedelta(days=2)
    first, second = make.member(), make.member()
    plain = {"total": Decimal(10), "lines": ()}

    post(bought("a1", first, **plain))
    post(bought("a2", first, later, **plain), now=later)
    post(bought("b1", second, **plain), bought("b2", second, later, **plain), now=later)

    for member in (first, second):
        assert [earned for earned, *_ in rows(member)["purchases"]] == [10, 2]


def test_a_purchase_that_comes_late_finds_the_room_that_is_left_in_its_own_period():
    published(most_points=12, most_per="week")
    sanne = make.member()
    plain = {"total": Decimal(10), "lines": ()}

    post(bought("now", sanne, **plain))
    post(bought("last week", sanne, NOW - timedelta(days=7), **plain))
    post(bought("late", sanne, NOW - timedelta(hours=1), **plain))

    assert [earned for earned, *_ in rows(sanne)["purchases"]] == [10, 10, 2]


def test_a_birthday_is_read_from_the_members_row():
    published({"points": 11, "birthday_days": 0})
    sanne, other = make.member(birthday=date(1990, 6, 15)), make.member(birthday=None)

    post(bought("r1", sanne, total=Decimal(1)), bought("r2", other, total=Decimal(1)))

    assert [make.balance(member) for member in (sanne, other)] == [12, 1]


def test_a_purchase_of_the_year_9999_is_refused_as_any_of_the_future():
    published(CHEESE, most_points=12, most_per="year")
    sanne = make.member()
    at = datetime(9999, 12, 31, 23, tzinfo=UTC)

    outcome = post_events(
        [bought("r1", sanne, at), bought("r2", sanne)],
        source_id=make.source(),
        actor="import:1",
        now=NOW,
    )

    assert [refusal.code for _, refusal in outcome.refused] == ["in_the_future"]
    assert [event.key for event in outcome.posted] == ["r2"]


# Refunds by line


def test_a_refund_in_a_later_batch_knows_the_lines_and_what_came_back_before():
    published(CHEESE, {"take": 3, "pay": 2, "back_at": 2, "products": ["1"]})
    sanne = make.member()
    post(bought("r1", sanne))
    assert make.balance(sanne) == 21 + 12 + 4

    post(given_back("f1", sanne, "r1", "2.00", (2, 1, "2")))
    assert make.balance(sanne) == 19 + 12

    post(given_back("f2", sanne, "r1", "6.15", (1, 1, "6.15")))
    assert make.balance(sanne) == 13
    assert PurchaseRow.objects.get().gave == {}


def test_returning_what_was_excluded_costs_no_points():
    published(excluded_categories=["tobacco"])
    sanne = make.member()
    post(bought("r1", sanne))

    post(given_back("f1", sanne, "r1", "9.35", (3, 1, "9.35")))

    assert make.balance(sanne) == 12
    assert RefundRow.objects.get().entry is None


def test_a_void_puts_the_lines_back_and_all_that_they_gave():
    published(*RULES, **EARNING)
    sanne, source = make.member(), make.source()
    post(bought("r1", sanne), source=source)
    post(given_back("f1", sanne, "r1", "2.00", (2, 1, "2")), source=source)
    before = rows(sanne)
    post(given_back("f2", sanne, "r1", "6.15", (1, 1, "6.15")), source=source)
    assert make.balance(sanne) < before["account"][0]

    void_refund(
        member_id=sanne.pk,
        source_id=source,
        request_key="v1",
        refund="f2",
        voided_at=NOW,
        actor="user:1",
        now=NOW,
    )

    after = rows(sanne)
    assert after["account"] == before["account"]
    assert after["purchases"] == before["purchases"]
    assert verify_ledger().violations == []


@pytest.mark.parametrize(
    ("parts", "same"),
    [
        ([(2, 1, "2"), (1, 1, "6.15")], True),
        ([(1, "1.000", "6.150"), (2, 1, "2.00")], True),
        ([(1, 1, "6.15")], False),
        ([(1, 1, "6.15"), (2, 2, "2")], False),
        ([], False),
    ],
)
def test_the_same_refund_with_other_lines_is_another_refund(parts, same):
    published(CHEESE)
    sanne = make.member()
    post(bought("r1", sanne))
    post(given_back("f1", sanne, "r1", "8.15", (1, 1, "6.15"), (2, 1, "2")))
    again = given_back("f1", sanne, "r1", "8.15", *parts)

    if same:
        post(again)
    else:
        with pytest.raises(OtherContent) as refused:
            post_event(again, source_id=make.source(), actor="import:1", now=NOW)
        assert refused.value.details["different"] == "lines"
    assert RefundRow.objects.count() == 1


@pytest.mark.parametrize("cuts", [[], [5], [1, 2, 3, 4, 5]])
def test_what_was_let_go_is_taken_from_a_lot_that_another_purchase_paid_for(cuts):
    published(policy="within_balance")
    sanne = make.member()
    plain = {"total": Decimal(10), "lines": ()}
    events = [
        bought("r1", sanne, NOW - timedelta(hours=9), **plain),
        bought("r2", sanne, NOW - timedelta(hours=8), **plain),
        Debit("d1", sanne.pk, NOW - timedelta(hours=7), 10),
        given_back("f1", sanne, "r1", "10", at=NOW - timedelta(hours=6)),
        given_back("f2", sanne, "r2", "10", at=NOW - timedelta(hours=5)),
        Restore("u1", sanne.pk, NOW, "d1"),
    ]

    for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        post(*events[start:end])

    assert make.balance(sanne) == 0
    assert [waived for _, _, waived, *_ in rows(sanne)["purchases"]] == [0, 0]
    assert verify_ledger().violations == []


# What it costs


def statements(*events):
    source = make.source()
    with CaptureQueriesContext(connection) as queries:
        post(*events, source=source)
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize(
    ("rules", "program", "first", "again"),
    [
        ((), {}, 3, 2),
        ((CHEESE | {"most_per": "purchase"},), {}, 3, 2),
        ((CHEESE,), {}, 4, 3),
        ((), {"remainder": "carry"}, 3, 2),
        (RULES, EARNING, 5, 4),
    ],
    ids=["plain", "no look back", "caps", "carry", "caps and birthdays"],
)
def test_a_purchase_asks_no_more_than_its_version_looks_at(rules, program, first, again):
    published(*rules, **program)
    sanne = make.member()
    post(bought("warm", sanne))

    assert len(statements(bought("r1", sanne))) == first
    assert len(statements(bought("r1", sanne))) == again


def test_a_plain_refund_asks_for_no_lines():
    published()
    sanne = make.member()
    post(bought("r1", sanne))

    asked = statements(given_back("f1", sanne, "r1", "1.00"))

    assert not [sql for sql in asked if "purchaseline" in sql]
    assert len(asked) == 7


def test_a_purchase_that_is_sent_again_asks_nothing_of_its_returns():
    published()
    sanne = make.member()
    post(bought("r1", sanne))
    post(given_back("f1", sanne, "r1", "1.00"))

    assert len(statements(bought("r1", sanne))) == 2
