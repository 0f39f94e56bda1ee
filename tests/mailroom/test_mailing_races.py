"""Mailings, sent by several workers at once, while members and staff change their minds."""

from threading import Event

import pytest
from django.db import transaction

from mailroom.actions.deliveries import claim_deliveries, let_leave
from mailroom.actions.mailings import add_recipients, open_mailing, settle_mailing, stop_mailing
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery, Mailing, MailRules
from mailroom.receivers import mail_at_once
from mailroom.signals import mailing_started
from members.models import Member
from tests import make
from tests.mailroom.scripted import scripted
from tests.mailroom.tallied import tallies
from tests.make import MARK, NOW
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_knocks():
    """Nobody sends at once what these tests start."""
    mailing_started.disconnect(mail_at_once)
    yield
    mailing_started.connect(mail_at_once)


def test_two_workers_share_a_mailing_and_nobody_gets_it_twice(settings):
    mailing = make.mailing(*make.crowd(300), topic="")
    with scripted(settings) as server:
        done = at_once(lambda _: send_mailings(now=NOW).sent, 2)

    assert (sum(done), tallies(mailing)) == (300, {("sent", ""): 300})
    assert len({to for to, _ in server.taken}) == len(server.taken) == 300
    assert tallies(mailing) == {("sent", ""): 300}


def test_a_third_worker_leaves_the_others_alone(settings):
    make.mailing(*make.crowd(60), topic="")
    with scripted(settings):
        done = at_once(lambda _: send_mailings(now=NOW).sent, 4)

    assert sum(done) == 60
    assert done.count(0) >= 2


@pytest.mark.parametrize("_round", range(4))
def test_the_cap_holds_when_two_mailings_leave_at_the_same_moment(_round):
    MailRules.objects.create(cap_letters=1)
    readers = make.crowd(20)
    mailings = [make.mailing(*readers), make.mailing(*reversed(readers))]

    def work(number):
        one, mark = mailings[number], make.MARKS[number]
        claimed = claim_deliveries(mailing_id=one.pk, mark=mark, after=0, most=50, now=NOW)
        return len(let_leave(mailing_id=one.pk, mark=mark, claimed=claimed, now=NOW).mails)

    left = at_once(work)

    assert sum(left) == 20
    assert Delivery.objects.filter(reason="capped").count() == 20


def test_who_takes_consent_back_first_is_not_mailed():
    reader = make.member()
    mailing = make.mailing(reader)
    claimed = claim_deliveries(mailing_id=mailing.pk, mark=MARK, after=0, most=9, now=NOW)
    held = Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                make.consent(reader, given=False)
                held.set()
                wait_for_waiting(1)
            return "taken back"
        held.wait(10)
        return let_leave(mailing_id=mailing.pk, mark=MARK, claimed=claimed, now=NOW).mails

    assert at_once(work) == ["taken back", []]
    assert tallies(mailing) == {("skipped", "no_consent"): 1}


def test_who_stops_a_mailing_first_stops_what_is_about_to_leave():
    mailing = make.mailing(make.member(), topic="")
    claimed = claim_deliveries(mailing_id=mailing.pk, mark=MARK, after=0, most=9, now=NOW)
    held = Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                stop_mailing(mailing_id=mailing.pk, now=NOW)
                held.set()
                wait_for_waiting(1)
            return "stopped"
        held.wait(10)
        return let_leave(mailing_id=mailing.pk, mark=MARK, claimed=claimed, now=NOW).mails

    assert at_once(work) == ["stopped", []]
    assert tallies(mailing) == {("skipped", "stopped"): 1}


def test_a_mailing_stopped_mid_way_ends_with_every_mail_accounted_for(settings):
    mailing = make.mailing(*make.crowd(400), topic="")
    with scripted(settings) as server:

        def work(number):
            if number == 0:
                return send_mailings(now=NOW).sent
            while not server.taken:
                pass
            stop_mailing(mailing_id=mailing.pk, now=NOW)
            return 0

        at_once(work)
        send_mailings(now=NOW)

    counts = tallies(mailing)
    assert counts[("sent", "")] == len(server.taken)
    assert sum(counts.values()) == 400
    mailing.refresh_from_db()
    assert mailing.finished_at is not None


def test_the_pace_holds_for_two_workers_together():
    mailing = make.mailing(*make.crowd(50), topic="", pace=600)
    marks = make.MARKS

    def work(number):
        claimed = claim_deliveries(
            mailing_id=mailing.pk, mark=marks[number], after=0, most=50, now=NOW
        )
        left = let_leave(mailing_id=mailing.pk, mark=marks[number], claimed=claimed, now=NOW)
        return len(left.mails)

    assert sum(at_once(work)) <= 10
    tallies(mailing)


def test_one_key_opened_by_many_at_once_is_one_mailing():
    def work(_):
        return open_mailing(key="k", topic="", content=make.CONTENT, now=NOW).pk

    assert len(set(at_once(work, 6))) == 1


def test_recipients_added_while_a_mailing_ends_are_not_forgotten():
    mailing = make.mailing()
    make.crowd(5)

    def work(number):
        if number == 0:
            return settle_mailing(mailing_id=mailing.pk, now=NOW)
        everybody = Member.objects.all()
        return add_recipients(mailing_id=mailing.pk, members=everybody, now=NOW)

    at_once(work)

    assert Mailing.objects.get().state == "running"
    assert tallies(mailing) == {("waiting", ""): 5}
