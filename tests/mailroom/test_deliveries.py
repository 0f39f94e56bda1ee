"""Deliveries whose worker died or was only slow, and what staff do about those in doubt."""

from datetime import timedelta

import pytest

from mailroom.actions.deliveries import (
    claim_deliveries,
    leave_delivery,
    let_leave,
    record_outcomes,
    send_delivery_again,
    sweep_deliveries,
)
from mailroom.actions.mailings import MailingIsOver, pause_mailing, stop_mailing
from mailroom.actions.sending import NotStuck
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery
from mailroom.outcome import TAKEN, Fate, Outcome
from mailroom.reports.mailings import deliveries_in_doubt, progress_of
from tests import make
from tests.mailroom.tallied import tallies
from tests.make import MARK

pytestmark = pytest.mark.django_db
LATE = timedelta(minutes=16)


@pytest.fixture
def mailing():
    return make.mailing(make.member(), make.member())


def claimed(mailing, now):
    return claim_deliveries(mailing_id=mailing.pk, mark=MARK, after=0, most=9, now=now)


def leaving(mailing, now):
    some = claimed(mailing, now)
    return let_leave(mailing_id=mailing.pk, mark=MARK, claimed=some, now=now).mails


def test_what_a_dead_worker_had_only_claimed_is_sent_by_another(mailing, now):
    claimed(mailing, now)

    send_mailings(now=now + timedelta(minutes=14))
    assert tallies(mailing) == {("claimed", ""): 2}
    send_mailings(now=now + LATE)

    assert tallies(mailing) == {("sent", ""): 2}


def test_of_what_a_dead_worker_let_go_nobody_knows_and_nobody_sends_it(mailing, now, mailoutbox):
    leaving(mailing, now)

    done = send_mailings(now=now + LATE)
    send_mailings(now=now + timedelta(days=2))

    assert (done.in_doubt, mailoutbox) == (2, [])
    assert tallies(mailing) == {("unknown", ""): 2}
    mailing.refresh_from_db()
    assert mailing.state == "done"


def test_a_worker_that_was_only_slow_has_no_say_over_what_others_claimed(mailing, now):
    some = claimed(mailing, now)
    sweep_deliveries(now=now + LATE)

    left = let_leave(mailing_id=mailing.pk, mark=MARK, claimed=some, now=now + LATE)

    assert left.mails == []
    assert tallies(mailing) == {("waiting", ""): 2}


def test_a_worker_that_was_only_slow_still_says_how_it_ended(mailing, now):
    mails = leaving(mailing, now)
    sweep_deliveries(now=now + LATE)

    record_outcomes(mails=mails, outcomes={mails[0].id: TAKEN}, mark=MARK, now=now + LATE)

    assert tallies(mailing) == {("sent", ""): 1, ("waiting", ""): 1}


def test_an_old_attempt_has_no_say_after_staff_had_it_sent_again(mailing, now):
    mails = leaving(mailing, now)
    sweep_deliveries(now=now + LATE)
    send_delivery_again(delivery_id=mails[0].id, now=now + LATE)

    known = record_outcomes(
        mails=mails[:1], outcomes={mails[0].id: TAKEN}, mark=MARK, now=now + LATE
    )

    assert (known, tallies(mailing)) == (0, {("waiting", ""): 1, ("unknown", ""): 1})


def test_staff_have_a_mail_sent_again_that_may_not_have_arrived(mailing, now, mailoutbox):
    mails = leaving(mailing, now)
    send_mailings(now=now + LATE)

    send_delivery_again(delivery_id=mails[0].id, now=now + LATE)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at) == ("running", None)
    send_mailings(now=now + LATE)

    assert [message.extra_headers["Message-ID"] for message in mailoutbox] == [
        f"<delivery-{mails[0].id}@example.nl>"
    ]
    assert tallies(mailing) == {("sent", ""): 1, ("unknown", ""): 1}


def test_staff_leave_a_mail_in_doubt_as_it_is(mailing, now):
    mails = leaving(mailing, now)
    send_mailings(now=now + LATE)

    leave_delivery(delivery_id=mails[0].id, now=now + LATE)

    assert [one.pk for one in deliveries_in_doubt(mailing)] == [mails[1].id]
    assert tallies(mailing) == {("unknown", ""): 1, ("unknown", "left"): 1}
    with pytest.raises(NotStuck):
        leave_delivery(delivery_id=mails[0].id, now=now + LATE)
    send_delivery_again(delivery_id=mails[0].id, now=now + LATE)
    assert tallies(mailing) == {("unknown", ""): 1, ("waiting", ""): 1}


def test_what_is_on_its_way_or_was_sent_is_not_sent_again(mailing, now):
    for _ in range(2):
        for delivery in Delivery.objects.all():
            with pytest.raises(NotStuck):
                send_delivery_again(delivery_id=delivery.pk, now=now)
        send_mailings(now=now)


def test_nothing_of_a_stopped_mailing_is_sent_again(mailing, now):
    mails = leaving(mailing, now)
    stop_mailing(mailing_id=mailing.pk, now=now)
    outcomes = {one.id: Outcome(Fate.IN_DOUBT, "cut") for one in mails}
    record_outcomes(mails=mails, outcomes=outcomes, mark=MARK, now=now)

    with pytest.raises(MailingIsOver):
        send_delivery_again(delivery_id=mails[0].id, now=now)


def test_what_never_left_of_a_stopped_mailing_is_skipped_at_last(mailing, now):
    mails = leaving(mailing, now)
    stop_mailing(mailing_id=mailing.pk, now=now)
    record_outcomes(mails=mails, outcomes={mails[0].id: TAKEN}, mark=MARK, now=now)

    send_mailings(now=now)

    mailing.refresh_from_db()
    assert tallies(mailing) == {("sent", ""): 1, ("skipped", "stopped"): 1}
    assert (mailing.state, mailing.finished_at is None) == ("stopped", False)


def test_a_page_reads_how_far_a_mailing_is(mailing, now, django_assert_num_queries):
    mails = leaving(mailing, now)
    record_outcomes(mails=mails, outcomes={mails[0].id: TAKEN}, mark=MARK, now=now)

    with django_assert_num_queries(3):
        seen = progress_of(mailing, now=now)

    assert (seen.total, seen.sent, seen.waiting, seen.percent) == (2, 1, 1, 50)
    assert (seen.rate, seen.left) == (60, timedelta(seconds=1))
    paused = pause_mailing(mailing_id=mailing.pk, now=now)
    assert progress_of(paused, now=now).left is None
