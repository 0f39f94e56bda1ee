"""The welcome and the tier reached: once each, to whom it concerns, and not about long ago."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mailroom.models import Letter
from members.models import Application, Member, Placement
from points.actions.service_letters import post_service_letters, post_tier_reached, post_welcome
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _program():
    make.published_program(welcome_bonus=100, silver="1.25")


def joined(now, **fields):
    return make.member_with_login(joined_at=now, language="en", **fields)


def test_who_joins_is_welcomed_with_card_and_points(now):
    member = joined(now)
    make.give(member, 100)

    letter = post_welcome(member_id=member.pk, now=now)

    assert letter.subject == "Welcome to Marktzicht"
    assert member.cards.get().number in letter.text
    assert "100 points" in letter.text
    assert "/my/card/" in letter.text


def test_joining_posts_it_by_itself(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        member = make.member_with_login(joined_at=timezone.now())

    letter = Letter.objects.get(key=f"welcome:{member.pk}")
    assert "100 " in letter.text


def test_who_got_a_card_in_the_shop_is_asked_to_put_it_in_their_name(now):
    member = make.member(language="en", joined_at=now)

    letter = post_welcome(member_id=member.pk, now=now)

    assert letter.subject == "Your Marktzicht card: put it in your name"
    assert member.email in letter.text
    assert "/accounts/signup/" in letter.text


@pytest.mark.parametrize("why", ["no address", "import", "waited", "frozen", "before"])
def test_who_is_not_welcomed(now, why):
    member = joined(now)
    changes = {
        "no address": {"email": None},
        "import": {"joined_through": Member.Through.IMPORT},
        "frozen": {"status": Member.Status.FROZEN},
    }
    Member.objects.filter(pk=member.pk).update(**changes.get(why, {"name": "Anna"}))
    if why == "waited":
        Application.objects.create(user=member.user, applied_at=now, queued_at=now)
    if why == "before":
        make.letter(key=f"welcome-till:{member.pk}")

    assert post_welcome(member_id=member.pk, now=now) is None


def test_the_sweep_welcomes_who_was_missed_once_and_nobody_of_long_ago(now):
    joined(now - timedelta(hours=5))
    joined(now - timedelta(days=3))

    assert post_service_letters(now=now) == 1
    assert post_service_letters(now=now) == 0


def risen(now, at=None):
    member = make.member(language="en")
    make.purchase(member, "600.00", at=at or now, now=now)
    return member, Placement.objects.get(member=member)


def test_who_reaches_a_tier_hears_of_it_once(now):
    member, placement = risen(now)

    assert post_service_letters(now=now) == 1
    assert post_service_letters(now=now) == 0

    letter = Letter.objects.get(key=f"tier:{placement.pk}")
    assert letter.member == member
    assert letter.subject == "You are Silver now"
    assert "1.25× points" in letter.text


def test_a_tier_of_an_imported_past_is_no_news(now):
    _member, placement = risen(now, at=now - timedelta(days=40))

    assert post_service_letters(now=now) == 0
    assert post_tier_reached(placement_id=placement.pk, now=now) is None


def test_who_stands_elsewhere_by_now_hears_of_that_alone(now):
    member, _silver = risen(now - timedelta(hours=2))
    make.purchase(member, "1000.00", at=now, now=now)

    assert post_service_letters(now=now) == 1
    assert Letter.objects.get().subject == "You are Gold now"


@pytest.mark.parametrize("change", [{"email": None}, {"status": Member.Status.FROZEN}])
def test_who_cannot_be_written_to_hears_nothing(now, change):
    member, placement = risen(now)
    Member.objects.filter(pk=member.pk).update(**change)

    assert post_tier_reached(placement_id=placement.pk, now=now) is None
    assert post_service_letters(now=now) == 0
