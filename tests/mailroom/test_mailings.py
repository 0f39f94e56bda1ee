"""Mailings: opened once, filled by one statement, started, held up, stopped."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from mailroom.actions.mailings import (
    MailingIsOver,
    MailingNotStarted,
    add_recipients,
    open_mailing,
    pause_mailing,
    resume_mailing,
    settle_mailing,
    start_mailing,
    stop_mailing,
)
from mailroom.models import Delivery, Mailing, Tally
from mailroom.receivers import mail_at_once
from mailroom.signals import mailing_finished, mailing_started
from members.models import Member
from tests import make
from tests.mailroom.tallied import tallies

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_knocks():
    """Nobody sends at once what these tests start."""
    mailing_started.disconnect(mail_at_once)
    yield
    mailing_started.connect(mail_at_once)


@pytest.fixture
def mailing(now):
    return open_mailing(key="spring", topic="news", content=make.CONTENT, now=now)


def heard(signal, ids):
    def hear(mailing_id, **_):
        ids.append(mailing_id)

    signal.connect(hear, weak=False)
    return hear


def test_the_same_key_is_the_same_mailing(mailing, now):
    again = open_mailing(
        key="spring", topic="", content={}, pace=5, quiet_from=time(1), quiet_until=time(2), now=now
    )

    assert (again.pk, again.content, again.pace) == (mailing.pk, make.CONTENT, None)
    assert again.state == "filling"


def test_members_are_put_on_the_list_once(mailing, now):
    first, second = make.member(), make.member()
    add_recipients(mailing_id=mailing.pk, members=Member.objects.filter(pk=first.pk), now=now)

    added = add_recipients(mailing_id=mailing.pk, members=Member.objects.all(), now=now)

    assert added == 1
    assert set(Delivery.objects.values_list("member_id", flat=True)) == {first.pk, second.pk}
    assert tallies(mailing) == {("waiting", ""): 2}


def test_another_time_is_another_delivery(mailing, now):
    make.member()
    everybody = Member.objects.all()

    for year in ("2026", "2027", "2027"):
        add_recipients(mailing_id=mailing.pk, members=everybody, occurrence=year, now=now)

    assert tallies(mailing) == {("waiting", ""): 2}


def test_any_choice_of_members_can_be_added(mailing, now):
    made = [make.member(name=f"{number % 2} {'%'}s") for number in range(6)]
    choices = [
        Member.objects.none(),
        Member.objects.filter(pk__in=[]),
        Member.objects.order_by("name", "-pk")[:2],
        Member.objects.filter(cards__isnull=False).distinct(),
        Member.objects.filter(name__contains="%s"),
    ]

    added = [add_recipients(mailing_id=mailing.pk, members=one, now=now) for one in choices]

    assert added == [0, 0, 2, 4, 0]
    assert tallies(mailing) == {("waiting", ""): len(made)}


def test_a_mailing_begins_is_paused_and_goes_on(mailing, now, django_capture_on_commit_callbacks):
    ids = []
    hear = heard(mailing_started, ids)
    with django_capture_on_commit_callbacks(execute=True):
        start_mailing(mailing_id=mailing.pk, now=now)
        start_mailing(mailing_id=mailing.pk, now=now + timedelta(hours=1))
    paused = pause_mailing(mailing_id=mailing.pk, now=now).state
    with django_capture_on_commit_callbacks(execute=True):
        resume_mailing(mailing_id=mailing.pk, now=now + timedelta(hours=2))
    mailing_started.disconnect(hear)

    mailing.refresh_from_db()
    assert paused == "paused"
    assert (mailing.state, mailing.started_at) == ("running", now)
    assert ids == [mailing.pk, mailing.pk]


@pytest.mark.parametrize("act", [pause_mailing, resume_mailing])
def test_what_has_not_begun_cannot_be_held_up(mailing, now, act):
    with pytest.raises(MailingNotStarted):
        act(mailing_id=mailing.pk, now=now)


def test_who_stops_a_mailing_skips_what_has_not_left(now):
    mailing = make.mailing(*(make.member() for _ in range(4)))
    _waiting, claimed, sending, sent = Delivery.objects.order_by("id")
    at = {"left_at": now, "claimed_at": now}
    Delivery.objects.filter(pk=claimed.pk).update(state="claimed", claimed_at=now)
    Delivery.objects.filter(pk=sending.pk).update(state="sending", **at)
    Delivery.objects.filter(pk=sent.pk).update(state="sent", sent_at=now, **at)
    Tally.objects.filter(mailing=mailing).update(count=1)
    for state in ("claimed", "sending", "sent"):
        Tally.objects.create(mailing=mailing, state=state, count=1)

    stopped = stop_mailing(mailing_id=mailing.pk, now=now)

    assert (stopped.state, stopped.finished_at) == ("stopped", None)
    assert tallies(mailing) == {("skipped", "stopped"): 2, ("sending", ""): 1, ("sent", ""): 1}
    assert settle_mailing(mailing_id=mailing.pk, now=now) is False


def test_a_mailing_that_is_over_stays_over(now, django_capture_on_commit_callbacks):
    ids = []
    mailing = make.mailing(make.member())
    hear = heard(mailing_finished, ids)
    with django_capture_on_commit_callbacks(execute=True):
        stop_mailing(mailing_id=mailing.pk, now=now)
        stop_mailing(mailing_id=mailing.pk, now=now + timedelta(hours=1))
    mailing_finished.disconnect(hear)

    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at, ids) == ("stopped", now, [mailing.pk])
    for act in (start_mailing, pause_mailing, resume_mailing):
        with pytest.raises(MailingIsOver):
            act(mailing_id=mailing.pk, now=now)
    with pytest.raises(MailingIsOver):
        add_recipients(mailing_id=mailing.pk, members=Member.objects.all(), now=now)


def test_a_mailing_is_done_when_nothing_waits_and_goes_on_with_new_recipients(now):
    mailing = make.mailing()
    assert settle_mailing(mailing_id=mailing.pk, now=now) is True
    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at) == ("done", now)
    with pytest.raises(MailingIsOver):
        stop_mailing(mailing_id=mailing.pk, now=now)

    make.member()
    add_recipients(mailing_id=mailing.pk, members=Member.objects.all(), now=now)

    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at) == ("running", None)
    assert settle_mailing(mailing_id=mailing.pk, now=now) is False


def test_the_database_knows_when_a_mailing_has_an_end(mailing, now):
    for state, ended in [("running", now), ("done", None)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Mailing.objects.filter(pk=mailing.pk).update(state=state, finished_at=ended)
