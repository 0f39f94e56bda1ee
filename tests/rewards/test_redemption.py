"""Redeeming: what it takes, what it refuses, and that a refusal changes nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.translation import override

from members.actions.membership import freeze_membership
from members.refusals import Refusal
from points.kinds import Kind
from points.models import Entry
from points.reports.explanations import explain
from rewards.actions.issuing import code_of
from rewards.actions.redemption import redeem_reward
from rewards.codes import tidy
from rewards.models import EarlyAccess, Invited, LimitUse, Redemption, Reward, Stock, Voucher
from tests import make
from tests.rewards.undoing import undo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def program(now):
    return make.published_program(now=now)


def refused(by, what, points=None, **how):
    with pytest.raises(Refusal) as no:
        make.redeem(by, what, points, **how)
    return no.value


def test_points_become_a_voucher(now):
    by, what = make.member(points=1_200), make.reward()

    made = make.redeem(by, what)

    assert make.balance(by) == 700
    assert (made.voucher.gives, made.voucher.value) == ("discount", Decimal(5))
    assert tidy(code_of(voucher=made.voucher))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", "500 punten ingewisseld voor Verse koffie."),
        ("en", "500 points redeemed for Fresh coffee."),
    ],
)
def test_the_book_says_what_the_points_were_for(language, line):
    by, what = make.member(points=500), make.reward(name_nl="Verse koffie", name_en="Fresh coffee")

    make.redeem(by, what)

    with override(language):
        assert explain(Entry.objects.get(kind=Kind.REDEEMED))[0] == line


def test_a_voucher_ends_at_local_midnight(now):
    by, what = make.member(points=500), make.reward(valid_months=3)

    made = make.redeem(by, what)

    assert made.voucher.expires_at == datetime(2026, 9, 15, 22, 0, tzinfo=UTC)


def test_the_same_key_redeems_once_and_answers_the_same(now):
    by, what, key = make.member(points=1_200), make.reward(stock=5), uuid4()
    first = make.redeem(by, what, key=key)

    again = make.redeem(by, what, key=key, now=now + timedelta(hours=1))

    assert again == first
    assert make.balance(by) == 700
    assert Stock.objects.get().left == 4


def test_the_same_key_for_something_else_is_refused(now):
    by, what, other, key = make.member(points=1_200), make.reward(), make.reward(), uuid4()
    make.redeem(by, what, key=key)

    assert refused(by, other, key=key).code == "other_content"


def test_the_same_key_of_another_member_is_refused(now):
    what, key = make.reward(), uuid4()
    make.redeem(make.member(points=500), what, key=key)

    assert refused(make.member(points=500), what, key=key).code == "other_content"


def test_a_refusal_for_points_says_how_many_are_missing(now):
    by, what = make.member(points=160), make.reward(stock=1, per_member=1)

    no = refused(by, what)

    assert (no.code, no.details["missing"]) == ("not_enough_points", 340)
    assert make.balance(by) == 160
    assert Stock.objects.get().left == 1
    assert not LimitUse.objects.exists()
    assert not Redemption.objects.exists()


def test_a_member_who_never_had_a_point_is_told_how_many_it_takes(now):
    assert refused(make.member(), make.reward()).details["missing"] == 500


def test_a_reward_at_another_price_than_was_seen_is_refused(now):
    by, what = make.member(points=1_200), make.reward()
    seen = what.revision
    what.revision, what.points = seen + 1, 600
    what.save()
    what.revision, what.points = seen, 500

    assert refused(by, what).code == "reward_repriced"


def test_a_price_between_the_steps_is_refused(now):
    by = make.member(points=2_000)
    what = make.reward(step_points=100, step_value=Decimal(1), most_points=1_000)

    assert refused(by, what, 550).code == "no_such_price"
    assert refused(by, what, 400).code == "no_such_price"
    assert refused(by, what, 1_100).code == "no_such_price"
    assert refused(by, what, 2**70).code == "no_such_price"


def test_each_step_adds_to_the_value(now):
    by = make.member(points=2_000)
    what = make.reward(step_points=100, step_value=Decimal(1), most_points=1_000)

    assert make.redeem(by, what, 800).voucher.value == Decimal(8)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": "withdrawn"}, "reward_withdrawn"),
        ({"state": "draft"}, "reward_withdrawn"),
        ({"from_at": make.NOW + timedelta(days=2)}, "reward_not_yet"),
        ({"until_at": make.NOW}, "reward_over"),
        ({"tier_id": 2}, "reward_from_tier"),
        ({"audience": "invited"}, "unknown_reward"),
        ({"stock": 0}, "reward_sold_out"),
    ],
)
def test_what_is_not_there_for_a_member_is_refused(now, fields, code):
    by, what = make.member(points=1_200), make.reward(**fields)

    assert refused(by, what).code == code
    assert make.balance(by) == 1_200


def test_a_reward_that_never_was_is_refused(now):
    by = make.member(points=1_200)

    with pytest.raises(Refusal) as no:
        redeem_reward(
            member_id=by.pk,
            reward_id=2**80,
            points=1,
            revision=1,
            request_key=uuid4(),
            actor="x",
            now=now,
        )

    assert no.value.code == "unknown_reward"


def test_who_is_on_the_list_may_have_it(now):
    by, what = make.member(points=1_200), make.reward(audience="invited")
    Invited.objects.create(reward=what, member=by, since=now)

    assert make.redeem(by, what).points == 500


def test_early_access_opens_before_the_window_for_its_tier(now):
    by, what = make.member(points=1_200), make.reward(from_at=now + timedelta(days=2))
    EarlyAccess.objects.create(reward=what, tier_id=0, from_at=now - timedelta(days=1))

    assert make.redeem(by, what).points == 500


def test_a_frozen_member_is_refused_first_of_all(now):
    by, what = make.member(points=1_200), make.reward(stock=0)
    freeze_membership(member_id=by.pk)

    assert refused(by, what).code == "member_frozen"


def test_the_limit_counts_by_local_period(now):
    by, what = make.member(points=2_000), make.reward(per_member=1, period="month")
    make.redeem(by, what)

    assert refused(by, what).code == "reward_limit_reached"
    last = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
    assert refused(by, what, now=last).code == "reward_limit_reached"
    assert make.redeem(by, what, now=last + timedelta(minutes=1)).points == 500


def test_a_donation_has_no_voucher(now):
    make.redeem(make.member(points=500), make.reward(gives="donation"))

    assert not Voucher.objects.exists()


def test_what_must_be_sent_waits_to_be_sent(now):
    made = make.redeem(make.member(points=500), make.reward(gives="perk", handing="ship"))

    assert made.handing == "to_send"


def test_undoing_gives_points_piece_and_turn_back(now):
    by, what = make.member(points=500), make.reward(stock=1, per_member=1)
    made = make.redeem(by, what)

    undone = undo(made, 500, now=now)

    assert (make.balance(by), undone.restored, undone.undone_at) == (500, 500, now)
    assert make.redeem(by, what).points == 500


def test_undoing_in_part_keeps_the_piece_until_all_came_back(now):
    by, what = make.member(points=500), make.reward(stock=1)
    made = make.redeem(by, what)

    undo(made, 200, now=now)

    assert (make.balance(by), Stock.objects.get().left) == (200, 0)
    undo(made, 300, now=now)
    assert (make.balance(by), Stock.objects.get().left) == (500, 1)


def test_undoing_under_one_key_gives_back_once(now):
    by, key = make.member(points=500), uuid4()
    made = make.redeem(by, make.reward())
    undo(made, 200, key=key, now=now)

    undo(made, 200, key=key, now=now + timedelta(hours=1))

    assert make.balance(by) == 200
    with pytest.raises(Refusal) as no:
        undo(made, 300, key=key, now=now)
    assert no.value.code == "other_content"


def test_no_more_comes_back_than_was_paid(now):
    by = make.member(points=900)
    made = make.redeem(by, make.reward())
    undo(made, 400, now=now)

    with pytest.raises(Refusal) as no:
        undo(made, 101, now=now)

    assert no.value.code == "more_than_redeemed"
    assert Redemption.objects.get().restored == 400


def test_undoing_nothing_changes_nothing(now):
    by = make.member(points=500)
    made = make.redeem(by, make.reward())

    undo(made, 0, now=now)

    assert Entry.objects.filter(member_id=by.pk).count() == 2


def test_what_was_had_before_there_was_a_limit_gives_no_turn_back(now):
    what, by = make.reward(), make.member(points=5_000)
    before = make.redeem(by, what)
    Reward.objects.update(per_member=1)
    make.redeem(by, what)

    undo(before, 500, now=now)

    assert refused(by, what).code == "reward_limit_reached"
