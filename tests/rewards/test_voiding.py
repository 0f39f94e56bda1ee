"""Staff withdraw a voucher, and what was paid for it comes back."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction

from members.models import StaffAct
from rewards.actions.captures import capture_reservation
from rewards.actions.reservations import VouchersRefused
from rewards.actions.voiding import CannotBeVoided, HeldByTill, void_voucher
from rewards.models import Capture
from tests import make
from tests.members.at_once import at_once, wait_for_waiting
from tests.rewards import tills

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def void(voucher, *, now=make.NOW):
    return void_voucher(
        voucher_id=voucher.pk, staff_id=make.staff().pk, reason="Sent to the wrong one", now=now
    )


def test_a_withdrawn_voucher_is_of_no_use_and_its_points_come_back(now):
    make.published_program()
    sanne = make.member(points=800)
    voucher = tills.bought(sanne, points=500)

    void(voucher)
    void(voucher)

    voucher.refresh_from_db()
    assert voucher.state(now) == "void"
    assert make.balance(sanne) == 800
    act = StaffAct.objects.get()
    assert (act.reason, act.after, act.member) == ("Sent to the wrong one", {"points": 500}, sanne)
    assert tills.code(voucher) not in f"{act.what} {act.after}"
    with pytest.raises(VouchersRefused, match="withdrawn"):
        tills.reserved(voucher)


def test_what_a_till_holds_is_not_withdrawn_until_the_hold_ran_out(now):
    voucher = tills.voucher()
    tills.reserved(voucher)

    with pytest.raises(HeldByTill):
        void(voucher)
    assert void(voucher, now=now + timedelta(minutes=15)).voided_at is not None


def test_what_was_used_or_has_expired_cannot_be_withdrawn(now):
    used, old = tills.voucher(), tills.voucher(days=1)
    held = tills.reserved(used)
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)

    with pytest.raises(CannotBeVoided, match="used"):
        void(used)
    with pytest.raises(CannotBeVoided, match="expired"):
        void(old, now=now + timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_a_voucher_that_many_withdraw_at_once_gives_its_points_back_once():
    make.published_program()
    sanne, staff = make.member(points=800), make.staff()
    voucher = tills.bought(sanne, points=500)

    at_once(
        lambda _: (
            void_voucher(voucher_id=voucher.pk, staff_id=staff.pk, reason="Lost", now=make.NOW).pk
        ),
        8,
    )

    assert make.balance(sanne) == 800
    assert StaffAct.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_being_used_is_not_withdrawn():
    make.published_program()
    sanne, staff = make.member(points=800), make.staff()
    voucher, used = tills.bought(sanne, points=500), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                held = tills.reserved(voucher)
                capture_reservation(
                    reservation_id=held.pk, amount=None, actor="user:0", now=make.NOW
                )
                used.set()
                wait_for_waiting(1)
            return "used"
        used.wait(10)
        return void_voucher(
            voucher_id=voucher.pk, staff_id=staff.pk, reason="Lost", now=make.NOW
        ).pk

    assert at_once(work) == ["used", "cannot_be_voided"]
    assert make.balance(sanne) == 300
    assert Capture.objects.get().voucher.voided_at is None
