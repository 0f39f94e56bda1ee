"""A till that was offline for a day, sends all of it twice and out of order, and catches up."""

import csv
import random
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command

from members.models import Card
from points.actions.redemption import spend_points
from points.models import Purchase, Refund
from points.reports.verification import verify_ledger
from tests import make
from tests.api.conftest import till_with

pytestmark = pytest.mark.django_db
OPENED = datetime(2026, 3, 2, 8, tzinfo=UTC)
CLOSED = OPENED + timedelta(hours=11)
DAY = "2026-03-02"
FIGURES = ("earned", "redeemed", "restored", "clawed_back", "expired", "balance", "debt")


class Shop:
    """One till with customers of its own; the other shop has the same day with other people."""

    def __init__(self, name, members):
        self.name = name
        self.members = members
        with time_machine.travel(OPENED - timedelta(days=1), tick=False):
            self.till = till_with(
                "purchases:write",
                "refunds:write",
                "members:read",
                source=make.source(name),
                name=f"Till of {name}",
            )
        self.cards = [Card.objects.get(member=member).number for member in members]

    def purchase(self, minute, who, total):
        return {
            "receipt": f"R-{minute}",
            "member": self.cards[who],
            "placed_at": moment(minute).isoformat(),
            "total": total,
            "currency": "EUR",
        }

    def refund(self, minute, of, total):
        path = f"/purchases/{self.name}/R-{of}/refunds"
        return path, {
            "refund": f"T-{minute}",
            "refunded_at": moment(minute).isoformat(),
            "total": total,
        }

    def statements(self, **asked):
        with time_machine.travel(CLOSED + timedelta(days=1), tick=False):
            told = [
                self.till.http.get(
                    f"/api/v1/members/{card}/statement",
                    {"as_of": DAY} | asked,
                    headers=self.till.headers,
                ).json()
                for card in self.cards
            ]
        return [{name: one[name] for name in FIGURES} for one in told]

    def balances(self):
        return [make.balance(member) for member in self.members]


def moment(minute):
    return OPENED + timedelta(minutes=minute)


def day_of(customers, *, seed):
    """Purchases as (minute, who, total) and refunds as (minute, of which, total), all that day."""
    chance = random.Random(seed)
    bought = [
        (minute, chance.randrange(customers), f"{chance.randrange(50, 9_000) / 100:.2f}")
        for minute in range(0, 360, 15)
    ]
    returned = [
        (361 + number, minute, f"{chance.randrange(50, 4_000) / 100:.2f}")
        for number, (minute, _who, _total) in enumerate(chance.choices(bought, k=10))
    ]
    return bought, returned


def report_online(shop, bought, returned):
    for minute, who, total in bought:
        with time_machine.travel(moment(minute), tick=False):
            answer = shop.till.post("/purchases", shop.purchase(minute, who, total))
        assert answer.status_code == 201, answer.content
    for minute, of, total in returned:
        with time_machine.travel(moment(minute), tick=False):
            answer = shop.till.post(*shop.refund(minute, of, total))
        assert answer.status_code == 201, answer.content


def report_offline(shop, bought, returned, *, seed):
    """Send all of it after closing time, shuffled, and all of it again in another order."""
    chance = random.Random(seed)
    answers = []
    with time_machine.travel(CLOSED, tick=False):
        for _ in range(2):
            sends = [("refund", one) for one in returned]
            shuffled = chance.sample(bought, len(bought))
            sends += [
                ("batch", shuffled[first : first + 15]) for first in range(0, len(bought), 15)
            ]
            for kind, what in chance.sample(sends, len(sends)):
                if kind == "refund":
                    answers.append(shop.till.post(*shop.refund(*what)).status_code)
                else:
                    items = [shop.purchase(*one) for one in what]
                    told = shop.till.post("/purchases/batch", {"purchases": items}).json()
                    answers += [item["status"] for item in told["items"]]
    assert set(answers) <= {200, 201, 404}
    return answers


def same_day_twice(customers, **program):
    """Two shops with as many customers, all members for long, each with 500 points."""
    make.published_program(now=OPENED - timedelta(days=90), **program)
    start = OPENED - timedelta(days=30)
    return [
        Shop(name, [make.member(now=start, points=500) for _ in range(customers)])
        for name in ("online", "offline")
    ]


@pytest.mark.parametrize(("policy", "seed"), [("debt", 1), ("within_balance", 2)])
def test_without_a_debit_between_the_balances_are_those_of_a_till_that_was_online(policy, seed):
    online, offline = same_day_twice(5, policy=policy, pending_days=0)
    bought, returned = day_of(5, seed=seed)

    report_online(online, bought, returned)
    answers = report_offline(offline, bought, returned, seed=seed)

    assert 404 in answers, "no refund came before its purchase: the order proves nothing"
    assert offline.balances() == online.balances()
    assert offline.statements() == online.statements()
    assert Purchase.objects.count() == 2 * len(bought)
    assert Refund.objects.count() == 2 * len(returned)
    assert verify_ledger().violations == []


@pytest.mark.parametrize("policy", ["debt", "within_balance"])
def test_with_a_debit_between_the_earned_and_redeemed_totals_are_the_same(policy):
    online, offline = same_day_twice(5, policy=policy)
    bought, returned = day_of(5, seed=4)
    for shop in (online, offline):
        if shop is online:
            report_online(shop, bought, [])
        spend_at_the_desk(shop, minute=358, points=450)
    for one in returned:
        with time_machine.travel(moment(one[0]), tick=False):
            online.till.post(*online.refund(*one))
    before_catching_up = offline.statements()
    report_offline(offline, bought, returned, seed=4)

    for then, now in zip(online.statements(), offline.statements(), strict=True):
        assert (now["earned"], now["redeemed"]) == (then["earned"], then["redeemed"])
    known = (CLOSED - timedelta(seconds=1)).isoformat()
    assert offline.statements(known_at=known) == before_catching_up
    assert all(one["earned"] == 0 for one in before_catching_up)
    assert [one["redeemed"] for one in before_catching_up] == [450] * 5
    assert verify_ledger().violations == []


def test_each_days_export_is_the_same_and_tells_what_was_known_then():
    online, offline = same_day_twice(4)
    bought, returned = day_of(4, seed=3)
    report_online(online, bought, returned)
    unsent = export(offline, DAY)

    report_offline(offline, bought, returned, seed=3)

    for day in ("2026-03-01", DAY, "2026-03-03", "2026-04-30"):
        assert export(offline, day) == export(online, day)
    assert export(offline, DAY) == offline.statements()
    known = (CLOSED - timedelta(seconds=1)).isoformat()
    assert export(offline, DAY, known_at=known) == unsent != export(offline, DAY)
    assert export(online, DAY, known_at=known) == export(online, DAY)


def test_points_that_only_a_caught_up_till_knows_of_cannot_be_spent_before_it_did():
    online, offline = same_day_twice(1)
    bought = [(0, 0, "80.00")]

    report_online(online, bought, [])
    report_offline(offline, bought, [], seed=1)

    known = (CLOSED - timedelta(seconds=1)).isoformat()
    assert [one["balance"] for one in online.statements(known_at=known)] == [580]
    assert [one["balance"] for one in offline.statements(known_at=known)] == [500]
    assert offline.statements() == online.statements()


def export(shop, day, **asked):
    """Return what `export_balances` says of a shop's members at the end of a day."""
    out = StringIO()
    with time_machine.travel(CLOSED + timedelta(days=1), tick=False):
        call_command("export_balances", as_of=day, stdout=out, **asked)
    rows = {row["member"]: row for row in csv.DictReader(StringIO(out.getvalue()))}
    return [{name: int(rows[card][name]) for name in FIGURES} for card in shop.cards]


def spend_at_the_desk(shop, *, minute, points):
    for member in shop.members:
        spend_points(
            member_id=member.pk,
            points=points,
            request_key=uuid4(),
            actor="user:1",
            now=moment(minute),
        )
