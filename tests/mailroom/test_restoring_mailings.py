"""A database that was put back: nothing of a mailing leaves twice."""

from collections import Counter
from datetime import timedelta

import pytest

from mailroom.actions.restoring import replay_mailings
from mailroom.models import Delivery, Tally
from mailroom.reports.restoring import mailings_since
from tests import make

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(hours=2)


def states(mailing):
    return dict(mailing.deliveries.values_list("member_id", "state"))


def holds(mailing):
    counted = Counter(mailing.deliveries.values_list("state", flat=True))
    tallies = Tally.objects.filter(mailing=mailing, count__gt=0)
    return counted == Counter(dict(tallies.values_list("state", "count")))


@pytest.fixture
def readers():
    return [make.member() for _ in range(4)]


def test_what_left_since_is_known_and_the_rest_waits_for_somebody_to_look(readers):
    mailing = make.mailing(*readers)
    sent, doubted, refused, waiting = readers
    since = [(sent, "sent", LATER), (doubted, "sending", None), (refused, "failed", None)]
    for reader, state, at in since:
        mailing.deliveries.filter(member=reader).update(state=state, left_at=LATER, sent_at=at)
    told = mailings_since(using="default", made_at=make.NOW)
    mailing.deliveries.update(state="waiting", left_at=None, sent_at=None)

    count = replay_mailings(rows=told, now=LATER)

    mailing.refresh_from_db()
    assert (count, mailing.state) == (1, "paused")
    assert states(mailing) == {
        sent.pk: "sent",
        doubted.pk: "unknown",
        refused.pk: "waiting",
        waiting.pk: "waiting",
    }
    assert holds(mailing)


def test_of_a_mailing_that_nobody_told_us_about_nobody_knows(readers):
    mailing = make.mailing(*readers)

    count = replay_mailings(rows=[], now=LATER)

    assert count == 4
    assert set(states(mailing).values()) == {Delivery.State.UNKNOWN}
    assert holds(mailing)


def test_a_mailing_that_was_over_by_then_is_not_told(readers):
    mailing = make.mailing(*readers)
    type(mailing).objects.update(state="done", finished_at=make.NOW - timedelta(days=1))

    assert mailings_since(using="default", made_at=make.NOW) == []
