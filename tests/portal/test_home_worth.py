"""What home says a member's points are worth now, and where their vouchers stand."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actions.membership import freeze_membership
from points.reports.statement import situation
from rewards.actions.captures import capture_reservation
from rewards.actions.catalog import (
    count_stock,
    give_early_access,
    invite_to_reward,
    save_reward,
    withdraw_reward,
)
from rewards.reports.discounts import discounts, enough_for
from tests import make
from tests.rewards import tills

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


@pytest.fixture
def rich(member):
    """A member who has 1,000 points to spend."""
    make.purchase(member, "1000.00")
    return member


def home(door) -> str:
    return door.get("/my/").content.decode()


def test_home_says_what_the_points_take_off(door, rich):
    make.reward(points=500, value=Decimal(5))
    make.reward(points=900, value=Decimal("9.50"))
    make.reward(points=1001, value=Decimal(12))

    assert "Enough for €9.50 off." in home(door)


def test_a_price_in_steps_counts_as_far_as_the_points_reach(door, rich):
    make.reward(
        points=300, value=Decimal(3), step_points=100, step_value=Decimal(1), most_points=800
    )

    assert "Enough for €8 off." in home(door)


def test_what_is_no_discount_says_nothing(door, rich):
    make.reward(gives="gift_card", value=Decimal(8))
    make.reward(gives="donation", value=Decimal(9))

    page = home(door)

    assert "Enough for" not in page
    assert "All your points are ready to be spent." in page


@pytest.mark.parametrize(
    "out_of_reach",
    [
        {"points": 1001},
        {"tier_id": 2},
        {"from_at": "later"},
        {"until_at": "now"},
        {"state": "withdrawn"},
        {"state": "draft"},
        {"audience": "invited"},
        {"stock": 0},
    ],
    ids=str,
)
def test_a_discount_that_they_may_not_have_is_not_told(door, rich, out_of_reach):
    now = timezone.now()
    instants = {"later": now + A_DAY, "now": now - A_DAY}
    fields = {name: instants.get(value, value) for name, value in out_of_reach.items()}
    make.reward(**{"points": 500} | fields)

    assert "Enough for" not in home(door)


def test_who_had_their_share_of_a_discount_is_not_told_of_it_until_the_next_period(rich):
    now = timezone.now()
    reward = make.reward(points=100, value=Decimal(1), per_member=1, period="day")
    make.redeem(rich, reward, now=now)

    assert enough_for(rich, situation(rich.pk, now), now) == ""
    later = now + A_DAY
    assert enough_for(rich, situation(rich.pk, later), later) != ""


def test_who_is_on_the_list_is_told_of_what_is_for_them(rich, door):
    reward = make.reward(audience="invited")
    invite_to_reward(reward_id=reward.pk, member_id=rich.pk, now=timezone.now())

    assert "Enough for €5 off." in home(door)


def test_who_may_not_spend_is_told_of_no_discount(door, rich):
    make.reward()

    freeze_membership(member_id=rich.pk)

    assert "Enough for" not in home(door)


def dearer(reward, now):
    save_reward(reward_id=reward.pk, wanted={"value": Decimal(7)}, now=now)


def empty(reward, now):
    count_stock(reward_id=reward.pk, pieces=0, now=now)


def withdrawn(reward, now):
    withdraw_reward(reward_id=reward.pk, now=now)


def for_gold(reward, now):
    save_reward(reward_id=reward.pk, wanted={"tier_id": 2}, now=now)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (dearer, "Enough for €7 off."),
        (empty, "ready to be spent."),
        (withdrawn, "ready to be spent."),
        (for_gold, "ready to be spent."),
    ],
)
def test_a_page_that_was_kept_follows_the_catalog(door, rich, change, says):
    reward = make.reward(stock=1)
    assert "Enough for €5 off." in home(door)

    change(reward, timezone.now())

    assert says in home(door)


def test_a_page_that_was_kept_follows_a_window_that_opens(door, rich, time_machine):
    now = timezone.now()
    make.reward(from_at=now + timedelta(minutes=5), until_at=now + timedelta(minutes=20))
    assert "Enough for" not in home(door)

    time_machine.move_to(now + timedelta(minutes=6))
    assert "Enough for" in home(door)

    time_machine.move_to(now + timedelta(minutes=21))
    assert "Enough for" not in home(door)


def test_early_access_shows_on_a_page_that_was_kept(door, rich):
    now = timezone.now()
    reward = make.reward(from_at=now + A_DAY)
    assert "Enough for" not in home(door)

    give_early_access(reward_id=reward.pk, tier=0, from_at=now - A_DAY)

    assert "Enough for" in home(door)


def test_the_catalog_is_asked_once_for_many_pages(door, rich):
    for _ in range(4):
        make.reward(per_member=3)
    standing, now = situation(rich.pk, timezone.now()), timezone.now()

    with CaptureQueriesContext(connection) as first:
        enough_for(rich, standing, now)
    with CaptureQueriesContext(connection) as second:
        enough_for(rich, standing, now)
        discounts(now)

    assert (len(first), len(second)) == (2, 1)


def test_vouchers_stand_below_the_balance_and_follow_what_becomes_of_them(door, rich):
    reward = make.reward()
    home(door)
    make.redeem(rich, reward, now=timezone.now())

    page = home(door)

    assert page.index("you can spend") < page.index("1 voucher to use") < page.index("Your tier")


def test_a_till_that_uses_the_last_voucher_takes_the_strip_away(door, rich):
    now = timezone.now()
    voucher = make.redeem(rich, make.reward(), now=now).voucher
    assert "1 voucher to use" in home(door)

    held = tills.reserved(voucher, now=now)
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:1", now=now)

    assert "to use" not in home(door)


def test_the_catalog_says_it_too(door, rich):
    make.reward(points=900, value=Decimal(9))
    make.reward(points=100, gives="gift_card", value=Decimal(50))

    page = door.get("/rewards/").content.decode()

    assert "Enough for €9 off." in page


def test_a_stranger_has_enough_for_nothing(visitor):
    make.reward()

    assert "Enough for" not in visitor.get("/rewards/").content.decode()


def test_the_catalog_leads_to_the_vouchers_of_who_has_some(door, rich):
    reward = make.reward()
    link = 'href="/my/vouchers/"'
    assert link not in door.get("/rewards/").content.decode()

    make.redeem(rich, reward, now=timezone.now())

    page = door.get("/rewards/").content.decode()
    assert link in page
    assert "1 voucher to use" in page


def test_redeeming_leads_to_the_voucher(door, rich):
    reward = make.reward()
    answers = {"points": 500, "revision": reward.revision, "key": uuid4()}

    answer = door.post(f"/rewards/{reward.pk}/redeem/", answers)

    assert answer.url == f"/my/vouchers/{rich.vouchers.get().reference}/"
