"""The catalog in the back office: what is asked and answered there holds."""

import pytest
from django.utils import timezone

from rewards.actions.waiting_list import join_line
from rewards.models import EarlyAccess, Place, Reward
from tests import make

LIST = "/admin/rewards/reward/"
REWARD = {
    "gives": "discount",
    "name_nl": "Korting",
    "name_en": "Discount",
    "audience": "members",
    "tier": "0",
    "points": "500",
    "value": "5.00",
    "least_order": "0",
    "valid_months": "12",
    "period": "ever",
    "handing": "none",
    "vat": "multi",
}


@pytest.mark.parametrize("number", ["0", "x", "1.5", "%00", "9" * 30, "9" * 4_400])
@pytest.mark.parametrize("page", ["change", "stock", "withdraw"])
def test_a_number_that_is_no_rewards_leads_nowhere(desk, number, page):
    make.reward()

    assert desk.get(f"{LIST}{number}/{page}/").status_code in {302, 404}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"step_points": "1", "most_points": "100", "step_value": "99999999"}, "step_value"),
        ({"step_points": "1", "most_points": "100000000", "step_value": "1.00"}, "step_value"),
        ({"gives": "percentage", "value": "", "percent": "5", "most_off": "0"}, "most_off"),
        ({"from_at_0": "0001-01-01", "from_at_1": "00:00"}, "from_at"),
        ({"until_at_0": "9999-12-31", "until_at_1": "23:59"}, "until_at"),
        ({"gives": "percentage", "value": "", "percent": "5", "most_off": "-1"}, "most_off"),
    ],
)
def test_what_nobody_could_redeem_or_use_is_told_beside_its_field(desk, changes, field):
    points = {"points": "1"} if "step_points" in changes else {}

    page = desk.post(f"{LIST}add/", REWARD | points | changes)

    assert list(page.context["adminform"].form.errors) == [field]
    assert not Reward.objects.exists()


def test_a_choice_that_comes_to_what_an_amount_can_be_is_kept(desk):
    steps = {"points": "1", "value": "1.00", "step_points": "1", "most_points": "99999999"}

    desk.post(f"{LIST}add/", REWARD | steps | {"step_value": "1.00"})

    assert Reward.objects.get().most_points == 99_999_999


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_nobody_has_early_access_from_a_day_that_no_calendar_here_knows(desk, day):
    make.published_program()
    what = make.reward()

    asked = {"tier": "1", "from_at_0": day, "from_at_1": "00:00", "reason": "Gold first"}
    page = desk.post(f"{LIST}{what.pk}/early/", asked)

    assert list(page.context["form"].errors) == ["from_at"]
    assert not EarlyAccess.objects.exists()


def test_a_list_counts_who_waits_and_nobody_who_waited(desk):
    make.published_program()
    now, what = timezone.now(), make.reward(stock=0)
    for member in [make.member() for _ in range(3)]:
        join_line(member_id=member.pk, reward_id=what.pk, now=now)
    Place.objects.filter(pk=Place.objects.first().pk).update(state="left", ended_at=now)

    (row,) = desk.get(LIST).context["cl"].result_list

    assert row.in_line == 2
