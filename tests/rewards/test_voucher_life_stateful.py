"""Any life of any vouchers: no value twice, one hold, points back where they came from."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from members.refusals import Refusal
from points.models import Account, Lot
from points.reports.verification import verify_ledger
from rewards.actions.captures import capture_reservation
from rewards.actions.reservations import lapse_reservations, release_reservation
from rewards.actions.rollbacks import roll_back
from rewards.actions.voiding import void_voucher
from rewards.models import Capture, Redemption, Reservation, Voucher
from tests import make
from tests.rewards import tills

pytestmark = pytest.mark.django_db
POINTS = 20_000
euros = st.integers(1, 6_000).map(lambda cents: Decimal(cents).scaleb(-2))


class Lives(RuleBasedStateMachine):
    """Two tills, a counter and staff, who do whatever comes to mind, at any moment."""

    vouchers, holds, uses = Bundle("vouchers"), Bundle("holds"), Bundle("uses")
    steps = done = 0

    @initialize()
    def begin(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = make.NOW
        self.number = 0
        if not make.ProgramVersion.objects.exists():
            make.published_program()
        self.member = make.member()
        for part in range(4):
            make.give(self.member, POINTS // 4, now=self.now - timedelta(days=part))
        self.lots = self.remaining()
        self.clients = [tills.till("Till 1"), tills.till("Till 2"), None]
        self.staff = make.staff().pk

    def remaining(self):
        lots = Lot.objects.filter(member_id=self.member.pk)
        return dict(lots.values_list("pk", "remaining"))

    def key(self):
        self.number += 1
        return f"k{self.number}"

    def attempt(self, work):
        """Do it, all or nothing; a refusal is an answer that leaves nothing to go on with."""
        Lives.steps += 1
        try:
            with transaction.atomic():
                done = work()
        except Refusal:
            return multiple()
        Lives.done += 1
        return done

    @rule(target=vouchers, gives=st.sampled_from(["discount", "gift_card"]), value=euros)
    def issue(self, gives, value):
        return tills.voucher(gives=gives, value=str(value), now=self.now)

    @rule(target=vouchers, uses=st.integers(2, 3), value=euros)
    def promote(self, uses, value):
        return tills.voucher(value=str(value), most_uses=uses, now=self.now)

    @rule(
        target=vouchers,
        gives=st.sampled_from(["discount", "gift_card", "perk"]),
        value=euros,
        points=st.integers(1, 700),
    )
    def buy(self, gives, value, points):
        if Account.objects.get(pk=self.member.pk).balance < points:
            return tills.voucher(now=self.now)
        facts = {} if gives == "perk" else {"value": str(value)}
        return tills.bought(self.member, points=points, gives=gives, now=self.now, **facts)

    @rule(target=holds, voucher=vouchers, till=st.integers(0, 2), total=euros, order=st.booleans())
    def reserve(self, voucher, till, total, order):
        client = self.clients[till]
        order = "O-1" if order else ""
        return self.attempt(
            lambda: tills.reserved(
                voucher, total, now=self.now, key=self.key(), client_id=client, order=order
            )
        )

    @rule(target=uses, held=holds, part=st.one_of(st.none(), euros))
    def capture(self, held, part):
        return self.attempt(
            lambda: capture_reservation(
                reservation_id=held.pk, amount=part, actor="api:1", now=self.now
            )
        )

    @rule(held=holds)
    def release(self, held):
        self.attempt(lambda: release_reservation(reservation_id=held.pk, now=self.now))

    @rule(used=uses, part=st.one_of(st.none(), euros))
    def give_back(self, used, part):
        self.attempt(lambda: self.rolled_back(used, part))

    def rolled_back(self, used, part=None):
        return roll_back(
            capture_id=used.pk,
            amount=part,
            key=self.key(),
            client_id=self.clients[0],
            actor="api:1",
            now=self.now,
        )

    @rule(
        minutes=st.sampled_from([1, 14, 15, 60, 24 * 60, 15 * 24 * 60, -1, -20]),
        is_swept=st.booleans(),
    )
    def time_passes(self, minutes, is_swept):
        """Or our clock is put right; a job may have swept up what ran out, or not yet."""
        if self.now < make.NOW + timedelta(days=100):
            self.now += timedelta(minutes=minutes)
        if is_swept:
            lapse_reservations(now=self.now)

    @rule(voucher=vouchers)
    def void(self, voucher):
        self.attempt(
            lambda: void_voucher(
                voucher_id=voucher.pk, staff_id=self.staff, reason="Why not", now=self.now
            )
        )

    @invariant()
    def no_value_is_used_twice(self):
        for voucher in Voucher.objects.prefetch_related("captures", "reservations"):
            captures = voucher.captures.all()
            standing = sum((one.amount - one.rolled_back for one in captures), Decimal(0))
            live = sum(one.state == "live" for one in voucher.reservations.all())
            assert voucher.reserved == live
            assert voucher.used + voucher.reserved <= voucher.most_uses
            if voucher.is_gift_card:
                assert standing == voucher.captured <= voucher.value
            elif voucher.redemption_id is not None:
                assert voucher.used == len(captures) <= 1
            else:
                assert voucher.used == sum(not one.is_undone for one in captures)
            if voucher.most_uses == 1:
                assert live <= 1
                assert standing <= (voucher.value or 0)

    @invariant()
    def every_hold_ended_as_it_says(self):
        captured = Reservation.objects.filter(state="captured")
        assert captured.count() == Capture.objects.count()
        assert not captured.filter(capture=None).exists()

    @invariant()
    def points_are_with_the_member_or_were_spent(self):
        member = getattr(self, "member", None)
        if member is None:
            return
        paid = Redemption.objects.filter(member=member).aggregate(
            out=Sum("points", default=0), back=Sum("restored", default=0)
        )
        balance = Account.objects.get(pk=member.pk).balance
        assert balance == POINTS - paid["out"] + paid["back"]
        paid_for = Voucher.objects.filter(redemption__isnull=False, gives="discount")
        for bought in paid_for.select_related("redemption").prefetch_related("captures"):
            capture = next(iter(bought.captures.all()), None)
            redemption = bought.redemption
            if capture is not None:
                due = redemption.points * capture.rolled_back / capture.amount
                assert redemption.restored == int(due)
            else:
                assert redemption.restored == (redemption.points if bought.voided_at else 0)

    def teardown(self):
        if not hasattr(self, "block"):
            return
        try:
            self.undo_everything()
            assert verify_ledger().violations == []
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def undo_everything(self):
        """Give all back: each point is in the lot it came from."""
        lapse_reservations(now=self.now + timedelta(days=1))
        for used in Capture.objects.filter(is_undone=False):
            self.rolled_back(used)
        left = Redemption.objects.filter(voucher__voided_at=None)
        for redemption in left.exclude(voucher__used=1):
            voucher = redemption.voucher
            if voucher.expires_at > self.now:
                void_voucher(voucher_id=voucher.pk, staff_id=self.staff, reason="End", now=self.now)
        paid = Redemption.objects.aggregate(
            out=Sum("points", default=0), back=Sum("restored", default=0)
        )
        if paid["out"] == paid["back"]:
            assert self.remaining() == self.lots
        assert sum(self.remaining().values()) == POINTS - paid["out"] + paid["back"]


def drive(examples, steps):
    Lives.steps = Lives.done = 0
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
    return Lives.done


def test_no_life_of_vouchers_breaks_a_rule():
    assert drive(15, 30) > 50


@pytest.mark.drill
def test_no_long_life_of_vouchers_breaks_a_rule():
    assert drive(int(os.environ.get("VOUCHER_LIVES", "400")), 60) > 2_000
