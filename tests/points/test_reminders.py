"""Reminders of points about to expire: who, when, about what, and never twice."""

from datetime import timedelta

import pytest

from mailroom.models import Letter
from members.models import Member
from points.actions.reminders import remind_of_expiry
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.NOW
"""15 June 2026; what was bought on 15 July 2025 can be spent up to and including 15 July 2026."""
IN_30_DAYS = make.NOW.replace(year=2025, month=7)
IN_7_DAYS = make.NOW.replace(year=2025, day=22)


@pytest.fixture(autouse=True)
def _program():
    make.published_program()


def bought(at, total="100.00", **fields):
    member = make.member(language="en", joined_at=at - timedelta(days=1), **fields)
    make.purchase(member, total, at=at)
    return member


def remind(now=TODAY, at=None):
    return remind_of_expiry(at=at or now, now=now).letters


def test_who_loses_points_in_30_days_hears_of_it_once():
    member = bought(IN_30_DAYS)

    assert remind() == 1
    assert remind() == 0

    letter = Letter.objects.get()
    assert letter.member == member
    assert letter.subject == "100 points expire on 15 July 2026"
    assert "up to and including 15 July 2026" in " ".join(letter.text.split())
    assert "http://localhost:8000/my/points/expiring/" in letter.text


def test_a_week_before_comes_another():
    bought(IN_7_DAYS)

    assert remind() == 1
    assert Letter.objects.get().subject.startswith("One more week: 100 points expire on 22 June")


@pytest.mark.parametrize("days", [-1, 1])
def test_on_another_day_nobody_is_written_to(days):
    bought(IN_30_DAYS + timedelta(days=days))

    assert remind() == 0


def test_the_days_after_are_named_along_and_get_no_letter_of_their_own():
    member = bought(IN_30_DAYS)
    make.purchase(member, "30.00", at=IN_30_DAYS + timedelta(days=2))
    make.purchase(member, "70.00", at=IN_30_DAYS + timedelta(days=7))

    letters = [remind(TODAY + timedelta(days=days)) for days in range(9)]

    assert letters == [1, 0, 0, 0, 0, 0, 0, 1, 0]
    assert "30 points more expire" in " ".join(Letter.objects.earliest("pk").text.split())
    assert Letter.objects.latest("pk").subject == "70 points expire on 22 July 2026"


def test_several_purchases_of_a_day_are_one_letter():
    member = bought(IN_30_DAYS, "30.00")
    make.purchase(member, "30.00", at=IN_30_DAYS + timedelta(minutes=5))

    assert remind() == 1
    assert Letter.objects.get().subject.startswith("60 points")


def test_a_few_points_are_not_worth_a_letter():
    bought(IN_30_DAYS, "49.00")

    assert remind() == 0


def test_points_that_were_spent_are_not_about_to_expire():
    member = bought(IN_30_DAYS)
    make.give(member, -60)

    assert remind() == 0


@pytest.mark.parametrize(
    "fields", [{"email": None}, {"status": Member.Status.FROZEN}, {"status": Member.Status.CLOSED}]
)
def test_who_cannot_be_written_to_is_left_out(fields):
    status = fields.pop("status", None)
    member = bought(IN_30_DAYS, **fields)
    if status:
        closed_at = TODAY if status == Member.Status.CLOSED else None
        Member.objects.filter(pk=member.pk).update(status=status, closed_at=closed_at)

    assert remind() == 0


def test_a_missed_day_is_caught_up_but_not_after_the_fact():
    bought(IN_7_DAYS)

    assert remind(at=TODAY, now=TODAY + timedelta(days=8)) == 0
    assert remind(at=TODAY, now=TODAY + timedelta(days=3)) == 1


def test_each_reads_in_their_own_language():
    bought(IN_30_DAYS)
    dutch = bought(IN_30_DAYS)
    Member.objects.filter(pk=dutch.pk).update(language="nl")

    assert remind() == 2
    assert set(Letter.objects.values_list("language", flat=True)) == {"nl", "en"}


def test_a_run_that_was_cut_off_is_finished_by_the_next(monkeypatch):
    for _ in range(3):
        bought(IN_30_DAYS)
    monkeypatch.setattr("points.actions.reminders.A_BATCH", 2)
    remind()
    Letter.objects.latest("pk").delete()

    assert remind() == 1
    assert Letter.objects.count() == 3


def test_many_members_take_no_more_queries(django_assert_max_num_queries):
    for _ in range(10):
        bought(IN_30_DAYS)

    with django_assert_max_num_queries(30):
        assert remind() == 10
