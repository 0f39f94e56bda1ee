"""The book under a program of rules, driven by thousands of steps; every invariant holds."""

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from points.book_rows import Standing
from points.book_worth import value_rest
from points.earning_rules import Remainder
from points.events import Purchase, Refund, Returned
from points.program_file import compile_rules
from points.rules import Program
from tests.points.programs import a_book, baskets, cents, program_files
from tests.points.test_book_properties import START, Ledger, lateness


class LedgerOfRules(Ledger):
    """One member under a random program: refunds by line, caps and what is carried over too."""

    steps = 0

    @initialize(
        file=program_files(least=1),
        pending=st.sampled_from([0, 14]),
        months=st.sampled_from([1, 12]),
        standing=st.sampled_from([Standing.ACTIVE, Standing.ACTIVE, Standing.CLOSED]),
    )
    def open(self, file, pending, months, standing):
        file["earning"]["pending_days"] = pending
        file["expiry"]["valid_months"] = months
        self.rules = compile_rules(1, file)
        self.program = Program([self.rules])
        self.now = START
        self.book = a_book(birthday=date(1990, 3, 1), now=START)
        self.number = 0
        self.sum = 0
        self.bought = []
        self.redeemed = []
        self.refunds = []
        self.closing = standing is Standing.CLOSED

    @rule(basket=baskets(), late=lateness)
    def buy(self, basket, late):
        lines, total = basket
        event = Purchase(self.key(), 7, self.now - timedelta(days=late), total, lines)
        event.store, event.channel = "s1", "WEB"
        if self.post(event):
            self.bought.append(event)

    @rule(
        which=st.integers(0, 99),
        place=st.integers(0, 4),
        pieces=st.sampled_from(["0", "1", "2"]),
        amount=cents(1, 3_000),
        more=st.sampled_from(["0", "0.01", "5"]),
    )
    def refund_of_a_line(self, which, place, pieces, amount, more):
        if not self.bought:
            return
        bought = self.bought[which % len(self.bought)]
        parts = (Returned(place + 1, Decimal(pieces), amount),)
        at = max(bought.at, self.now)
        event = Refund(self.key(), 7, at, amount + Decimal(more), bought.key, lines=parts)
        if self.post(event):
            self.refunds.append(event)
        else:
            assert place >= len(bought.lines)

    def picture(self):
        bought = [(b.gave, b.facts, tuple(b.returned)) for b in self.book.bought.values()]
        return (*super().picture(), self.book.remainder, len(self.book.recent), bought)

    def check_purchases(self, book):
        left = Decimal(0)
        for bought in book.bought.values():
            assert 0 <= bought.waived <= bought.taken <= bought.earned
            rest = value_rest(bought, self.rules)
            assert rest.moved == 0
            assert rest.points <= bought.earned
            assert bought.status == rest.status == self.rules.value(rest.base, 0)[1]
            left += self.exact(bought, rest) - rest.points
            own = book.lot.get(bought.lot)
            if own is None or own.expires_at > self.now:
                assert bought.taken >= bought.earned - rest.points - (own.expired if own else 0)
        if self.rules.remainder is Remainder.CARRY and self.rules.cap is None:
            assert book.remainder == left
        if self.rules.cap is not None and self.rules.caps.get(0) is None:
            assert all(b.earned <= self.rules.cap.points for b in book.bought.values())

    def exact(self, bought, rest):
        """What is left of a purchase is worth with its part of a point, nothing carried over."""
        if not rest.base or bought.gave is None:
            return rest.points if rest.base else Decimal(0)
        extras = bought.gave.extras
        return rest.base * self.rules.points_per_unit + sum(map(Decimal, extras.values()))


def drive(examples):
    LedgerOfRules.steps = Ledger.steps = 0
    run_state_machine_as_test(
        LedgerOfRules,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
    return Ledger.steps


def test_a_thousand_steps_under_rules_break_none():
    steps = 0
    while steps < 1_000:
        steps += drive(50)

    assert steps >= 1_000


@pytest.mark.drill
def test_fifty_thousand_steps_under_rules_break_none():
    steps = 0
    while steps < int(os.environ.get("LEDGER_STEPS", "50000")):
        steps += drive(500)

    assert steps >= 50_000
