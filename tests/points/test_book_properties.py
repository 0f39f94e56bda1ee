"""The book, driven by the thousand steps, with every invariant checked after each."""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from points.book import Book
from points.book_rows import Refused, Stamp, Standing, spending_order
from points.book_rules import apply
from points.events import Credit, Debit, Purchase, Refund, Restore, VoidRefund
from points.kinds import Kind
from points.local_time import end_of_validity, local_day
from points.rules import Program, RefundPolicy, Rules, TierRule

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2023, 2, 27, 12, tzinfo=UTC)
cents = st.integers(0, 30_000)
lateness = st.sampled_from([0, 0, 0, 0, 2, 40])


class Ledger(RuleBasedStateMachine):
    """One member, every kind of event, on time and late; a model keeps its own count."""

    steps = 0

    @initialize(
        pending=st.sampled_from([0, 14]),
        months=st.sampled_from([1, 12]),
        policy=st.sampled_from(list(RefundPolicy)),
        standing=st.sampled_from([Standing.ACTIVE, Standing.ACTIVE, Standing.CLOSED]),
    )
    def open(self, pending, months, policy, standing):
        tiers = (TierRule("Zilver", "Silver", 300, Decimal("1.5")),)
        self.rules = Rules(
            1,
            "Test",
            START - timedelta(days=400),
            AMSTERDAM,
            pending_days=pending,
            valid_months=months,
            refund_policy=policy,
            tiers=tiers,
        )
        self.program = Program([self.rules])
        self.now = START
        self.book = Book(7, Stamp(START, 2, "test"), status_days=365)
        self.book.window = []
        self.number = 0
        self.sum = 0
        self.bought = []
        self.redeemed = []
        self.refunds = []
        self.closing = standing is Standing.CLOSED

    def key(self):
        self.number += 1
        Ledger.steps += 1
        return f"k{self.number}"

    def post(self, event):
        """Apply an event; a refusal must change nothing."""
        before = self.picture()
        try:
            apply(self.book, event, self.program)
        except Refused:
            assert self.picture() == before
            return False
        return True

    def picture(self):
        book = self.book
        return (
            book.balance,
            book.sequence,
            book.head,
            book.debt,
            len(book.allocations),
            [(lot.id, lot.remaining, lot.expired) for lot in book.lots],
            [(debt.id, debt.remaining) for debt in book.debts],
            [(b.key, b.taken, b.waived, b.refunded) for b in book.bought.values()],
        )

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours):
        Ledger.steps += 1
        self.now += timedelta(hours=hours)
        self.book.now = self.now

    @rule(total=cents, late=lateness)
    def buy(self, total, late):
        event = Purchase(self.key(), 7, self.now - timedelta(days=late), Decimal(total) / 100)
        rank = self.book.tier_at(event.at)
        if self.post(event):
            base = event.total
            exact = int(base * (Decimal("1.5") if rank else 1))
            assert self.book.bought[event.key].earned == exact
            self.bought.append(event)

    @rule(points=st.integers(1, 200), late=lateness)
    def give(self, points, late):
        self.post(Credit(self.key(), 7, self.now - timedelta(days=late), points))

    @rule(points=st.integers(1, 200), late=lateness)
    def redeem(self, points, late):
        at = self.now - timedelta(days=late)
        spendable = sum(
            lot.remaining for lot in self.book.lots if lot.available_at <= at < lot.expires_at
        )
        event = Debit(self.key(), 7, at, points)
        on_time = not late and not self.book.is_late(at)
        if self.post(event):
            self.redeemed.append(event)
            assert not on_time or points <= spendable
        elif on_time and self.book.standing is Standing.ACTIVE:
            assert points > spendable

    @rule(which=st.integers(0, 99), total=st.integers(1, 30_000), late=lateness)
    def refund(self, which, total, late):
        if not self.bought:
            return
        bought = self.bought[which % len(self.bought)]
        at = max(bought.at, self.now - timedelta(days=late))
        event = Refund(self.key(), 7, at, Decimal(total) / 100, bought.key)
        if self.post(event):
            self.refunds.append(event)

    @rule(which=st.integers(0, 99), part=st.booleans(), late=lateness)
    def restore(self, which, part, late):
        if not self.redeemed:
            return
        spent = self.redeemed[which % len(self.redeemed)]
        left = self.book.redeemed[spent.key].points
        points = max(1, left // 2) if part else None
        at = max(spent.at, self.now - timedelta(days=late))
        self.post(Restore(self.key(), 7, at, spent.key, points))

    @rule(which=st.integers(0, 99))
    def void(self, which):
        if not self.refunds:
            return
        undone = self.refunds[which % len(self.refunds)]
        self.post(VoidRefund(self.key(), 7, self.now, undone.key))

    @rule()
    def expire(self):
        Ledger.steps += 1
        due = sum(lot.remaining for lot in self.book.lots if lot.expires_at <= self.now)
        before = self.book.balance

        expired = self.book.expire(self.now)

        assert expired == due == before - self.book.balance
        assert self.book.expire(self.now) == 0

    @rule()
    def close(self):
        if self.closing and self.number > 12:
            self.book.standing = Standing.CLOSED

    @invariant()
    def the_books_are_sound(self):
        if not hasattr(self, "book"):
            return
        book = self.book
        assert book.balance == sum(entry.points for entry in book.entries)
        assert book.balance == sum(lot.remaining for lot in book.lots) - book.debt
        assert book.debt == sum(debt.remaining for debt in book.debts) >= 0
        assert book.lots == sorted(book.lots, key=spending_order)
        self.check_allocations(book)
        self.check_expiries(book)
        self.check_purchases(book)

    def check_allocations(self, book):
        entries = {entry.id: entry for entry in book.entries}
        of_lot, of_debit, expired, settled = Counter(), Counter(), Counter(), Counter()
        for debit, lot, _cause, points in book.allocations:
            of_debit[debit] += points
            settled[debit] += max(points, 0)
            of_lot[lot] += points
            expired[lot] += points if entries[debit].kind is Kind.EXPIRED else 0
            if points > 0 and entries[debit].kind in {Kind.REDEEMED, Kind.ADJUSTED}:
                assert entries[debit].time >= book.lot[lot].available_at.isoformat()
        for lot in book.lots:
            assert 0 <= lot.remaining <= lot.points
            assert lot.remaining == lot.points - of_lot[lot.id]
            assert lot.expired == expired[lot.id] >= 0
            assert lot.remaining + lot.expired <= lot.points
        for debit, points in of_debit.items():
            assert entries[debit].points > 0 or 0 <= points <= -entries[debit].points
        for debt in book.debts:
            assert debt.remaining == -entries[debt.id].points - settled[debt.id]

    def check_expiries(self, book):
        ends = {lot.id: lot.expires_at for lot in book.lots}
        lot_of = {debit: lot for debit, lot, _, _ in book.allocations}
        operations = [e.operation for e in book.entries if e.kind is Kind.EXPIRED]
        assert len(operations) == len(set(operations))
        for entry in book.entries:
            if entry.kind is Kind.EXPIRED:
                end = ends[lot_of[entry.id]]
                assert datetime.fromisoformat(entry.time) >= end
                assert end <= self.now
        credits = [e for e in book.entries if e.kind in {Kind.EARNED, Kind.BONUS}]
        for entry in credits:
            lot = book.lot[entry.id]
            day = local_day(lot.available_at, AMSTERDAM)
            assert lot.expires_at == end_of_validity(day, self.rules.valid_months, AMSTERDAM)
        live = sum(lot.remaining for lot in book.lots if lot.expires_at > self.now)
        assert not (book.debt and live)

    def check_purchases(self, book):
        for bought in book.bought.values():
            assert 0 <= bought.waived <= bought.taken <= bought.earned
            assert bought.refunded >= 0
            left = max(Decimal(0), bought.base - bought.refunded)
            target, status = self.rules.value(left, bought.tier)
            assert bought.status == status
            own = book.lot.get(bought.lot)
            if own is None or own.expires_at > self.now:
                assert bought.taken >= bought.earned - target - (own.expired if own else 0)


def drive(examples):
    Ledger.steps = 0
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
    return Ledger.steps


def test_four_thousand_steps_break_no_rule():
    steps = 0
    while steps < 4_000:
        steps += drive(100)

    assert steps >= 4_000


@pytest.mark.drill
def test_two_hundred_thousand_steps_break_no_rule():
    steps = 0
    while steps < int(os.environ.get("LEDGER_STEPS", "200000")):
        steps += drive(1_000)
    print(f"{steps} steps")  # noqa: T201

    assert steps >= 200_000
