"""What comes back, and where it goes: the card, the lots, the use."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from points.models import Lot
from points.reports.verification import verify_ledger
from rewards.actions.captures import capture_reservation
from rewards.actions.rollbacks import MoreThanCaptured, OtherRollback, roll_back
from rewards.actions.voiding import void_voucher
from rewards.models import Rollback
from tests import make
from tests.rewards import tills

pytestmark = pytest.mark.django_db


def captured(voucher, total="40.00", *, now=make.NOW):
    held = tills.reserved(voucher, total, now=now)
    return capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)


def back(capture, amount=None, *, key="k-1", now=make.NOW, client_id=None):
    return roll_back(
        capture_id=capture.pk,
        amount=None if amount is None else Decimal(amount),
        key=key,
        client_id=client_id,
        actor="user:0",
        now=now,
    )


@pytest.fixture
def sanne(db):
    make.published_program()
    return make.member(points=800)


def test_points_go_back_into_the_lots_they_came_from(sanne, now):
    before = dict(Lot.objects.values_list("pk", "remaining"))
    voucher = tills.bought(sanne, points=500)
    capture = captured(voucher)

    done = back(capture)

    assert done.points == 500
    assert dict(Lot.objects.values_list("pk", "remaining")) == before
    assert make.balance(sanne) == 800
    assert verify_ledger().violations == []
    voucher.refresh_from_db()
    assert voucher.state(now) == "redeemed"


def test_parts_come_to_the_same_as_one_whole(sanne):
    capture = captured(tills.bought(sanne, points=100), "3.00")

    points = [back(capture, "1.00", key=f"k-{number}").points for number in range(3)]

    assert points == [33, 33, 34]
    assert make.balance(sanne) == 800


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(1, 499), unique=True, max_size=5), st.integers(1, 700))
def test_any_parts_come_to_the_same_as_one_whole(cuts, points):
    if not make.ProgramVersion.objects.exists():
        make.published_program()
    member = make.member(points=points)
    capture = captured(tills.bought(member, points=points))
    edges = [0, *sorted(cuts), 500]
    parts = [(end - start) for start, end in pairwise(edges)]

    for number, part in enumerate(parts):
        gone = sum(parts[: number + 1])
        back(capture, Decimal(part).scaleb(-2), key=f"k-{number}")
        assert make.balance(member) == points * gone // 500

    assert make.balance(member) == points


def test_the_same_key_rolls_back_once_and_other_content_is_refused(sanne):
    capture = captured(tills.bought(sanne, points=500))

    first = back(capture, "2.00")

    assert back(capture, "2.00") == first
    with pytest.raises(OtherRollback):
        back(capture, "3.00")
    with pytest.raises(OtherRollback):
        back(capture)
    assert (Rollback.objects.count(), make.balance(sanne)) == (1, 500)


def test_the_same_key_of_another_till_is_another_key():
    capture = captured(tills.voucher())
    clients = [tills.till("Till 1"), tills.till("Till 2"), None]

    made = {back(capture, "1.00", client_id=client).pk for client in clients}

    capture.refresh_from_db()
    assert (len(made), capture.rolled_back) == (3, 3)


def test_no_more_comes_back_than_was_captured(sanne):
    capture = captured(tills.bought(sanne, points=500))
    back(capture, "4.00")

    with pytest.raises(MoreThanCaptured, match=r"1\.00"):
        back(capture, "1.01", key="k-2")
    back(capture, key="k-3")
    with pytest.raises(MoreThanCaptured):
        back(capture, key="k-4")
    assert make.balance(sanne) == 800


@pytest.mark.parametrize("amount", ["0", "-1"])
@pytest.mark.parametrize("gives", ["discount", "gift_card"])
def test_nothing_or_less_is_not_given_back(gives, amount):
    voucher = tills.voucher(gives=gives)
    capture = captured(voucher)

    with pytest.raises(MoreThanCaptured):
        back(capture, amount)

    assert not Rollback.objects.exists()
    capture.refresh_from_db()
    assert capture.rolled_back == 0


def test_the_value_of_a_gift_card_returns_to_the_card(sanne, now):
    voucher = tills.bought(sanne, points=500, gives="gift_card", value="50.00")
    capture = captured(voucher, "80.00")

    done = back(capture, "20.00")

    voucher.refresh_from_db()
    assert (done.points, voucher.left, voucher.state(now)) == (0, 20, "issued")
    assert make.balance(sanne) == 300


def test_the_use_of_a_promotional_code_returns_when_all_came_back(now):
    voucher = tills.voucher(most_uses=2)
    capture = captured(voucher)

    back(capture, "2.00", key="k-1")
    voucher.refresh_from_db()
    assert voucher.used == 1
    back(capture, key="k-2")

    voucher.refresh_from_db()
    assert (voucher.used, voucher.state(now)) == (0, "issued")


def test_points_that_expired_meanwhile_expire_again_at_once(sanne, now):
    capture = captured(tills.bought(sanne, points=500))

    done = back(capture, now=now + timedelta(days=800))

    assert done.points == 500
    assert verify_ledger().violations == []
    assert make.balance(sanne) == 0


def test_a_clock_that_went_back_does_not_keep_points(sanne, now):
    capture = captured(tills.bought(sanne, points=500))

    assert back(capture, now=now - timedelta(hours=2)).points == 500


def test_of_a_gift_card_that_was_withdrawn_its_points_come_back(sanne, now):
    voucher = tills.bought(sanne, points=500, gives="gift_card", value="50.00")
    capture = captured(voucher, "20.00")
    void_voucher(voucher_id=voucher.pk, staff_id=make.staff().pk, reason="Lost", now=now)
    assert make.balance(sanne) == 300 + 300

    done = back(capture)

    assert (done.points, make.balance(sanne)) == (200, 800)


def test_a_third_of_what_was_paid_is_a_third_and_not_a_point_less(sanne, now):
    voucher = tills.bought(sanne, points=300, gives="gift_card", value="3.00")
    captured(voucher, "2.00")

    void_voucher(voucher_id=voucher.pk, staff_id=make.staff().pk, reason="Lost", now=now)

    assert make.balance(sanne) == 500 + 100


def test_a_service_is_rolled_back_whole(sanne):
    capture = captured(tills.bought(sanne, points=500, gives="perk"))

    assert back(capture).points == 500
    with pytest.raises(MoreThanCaptured):
        back(capture, key="k-2")
