"""Freezing, thawing and closing a membership."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, transaction

from members.actions.consent import answer_news
from members.actions.membership import (
    MembershipClosed,
    close_membership,
    freeze_membership,
    note_points_left,
    thaw_membership,
)
from members.models import Consent, Departure, Member
from members.signals import membership_changed
from tests import make
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db


def test_a_frozen_member_takes_part_but_may_not_spend():
    member = make.member()

    frozen = freeze_membership(member_id=member.pk)

    assert not frozen.may_spend
    assert member in Member.objects.taking_part()


def test_a_thawed_member_may_spend_again():
    member = make.member()
    freeze_membership(member_id=member.pk)

    assert thaw_membership(member_id=member.pk).may_spend


def test_a_closed_member_no_longer_takes_part(now):
    member = make.member()

    closed = close_membership(member_id=member.pk, now=now)

    assert closed.closed_at == now
    assert not closed.may_spend
    assert member not in Member.objects.taking_part()


def test_why_somebody_left_is_kept_in_their_own_words(now):
    member = make.member()

    close_membership(
        member_id=member.pk, now=now, reason=Departure.Reason.MAIL, words=" Too much mail. "
    )

    left = Departure.objects.get()
    assert (left.member, left.reason, left.words) == (member, "mail", "Too much mail.")
    assert (left.left_at, left.balance) == (now, None)


def test_a_membership_that_staff_close_says_so(now):
    close_membership(member_id=make.member().pk, now=now)

    assert Departure.objects.get().reason == Departure.Reason.STAFF


def test_who_leaves_gets_no_more_news(now):
    member = make.member()
    answer_news(member_id=member.pk, given=True, how=Consent.How.JOINING, wording="News?", now=now)

    close_membership(member_id=member.pk, now=now)

    assert not Consent.objects.is_given(member.pk, Consent.Topic.NEWS, Consent.Channel.EMAIL)
    assert Consent.objects.count() == 2


def test_who_never_wanted_news_says_no_second_time(now):
    close_membership(member_id=make.member().pk, now=now)

    assert not Consent.objects.exists()


def test_the_points_left_are_noted_once(now):
    member = make.member()
    close_membership(member_id=member.pk, now=now)

    note_points_left(member_id=member.pk, points=120)
    note_points_left(member_id=member.pk, points=0)

    assert Departure.objects.get().balance == 120


@pytest.mark.parametrize("change", [freeze_membership, thaw_membership])
def test_closed_is_final(now, change):
    member = make.member()
    close_membership(member_id=member.pk, now=now)

    with pytest.raises(MembershipClosed):
        change(member_id=member.pk)

    member.refresh_from_db()
    assert member.status == Member.Status.CLOSED


def test_closing_twice_keeps_the_first_date(now):
    member = make.member()
    close_membership(member_id=member.pk, now=now)

    with pytest.raises(MembershipClosed) as refused:
        close_membership(member_id=member.pk, now=now + timedelta(days=1))

    member.refresh_from_db()
    assert refused.value.code == "membership_closed"
    assert member.closed_at == now


def test_a_change_is_announced(django_capture_on_commit_callbacks):
    member, heard = make.member(), []

    def hear(member_id, **_):
        heard.append(member_id)

    membership_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            freeze_membership(member_id=member.pk)
    finally:
        membership_changed.disconnect(hear)

    assert heard == [member.pk]


@pytest.mark.parametrize(
    "changes",
    [{"status": "closed"}, {"closed_at": make.NOW}, {"status": "gone"}],
    ids=["closed without a date", "a date without closing", "an unknown status"],
)
def test_the_database_knows_what_closed_means(changes):
    member = make.member()

    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_closing_many_times_at_once_closes_once(now):
    member, held = make.member(), Event()

    def work(number):
        if number:
            held.wait(10)
            return bool(close_membership(member_id=member.pk, now=now))
        with transaction.atomic():
            Member.objects.lock(member.pk)
            held.set()
            wait_for_waiting(5)
        return "held up"

    answers = at_once(work, 6)

    assert answers.count(True) == 1
    assert answers.count("membership_closed") == 4
