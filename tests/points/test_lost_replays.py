"""Replays whose message or worker was lost are taken up by themselves."""

from datetime import timedelta

import pytest

from points.actions.replays import MOST_ATTEMPTS, resume_replays
from points.models import ProgramVersion, Replay
from tests import make

pytestmark = pytest.mark.django_db


def asked(now, **facts) -> Replay:
    make.published_program()
    version = ProgramVersion.objects.latest("number")
    return Replay.objects.create(
        draft=version,
        against=version,
        digest="",
        asked_by=make.staff(),
        **({"asked_at": now, "heard_at": now} | facts),
    )


def test_one_that_nobody_began_is_taken_up_after_a_while(now):
    replay = asked(now)

    early = resume_replays(now=now + timedelta(minutes=1))
    waits = Replay.objects.get(pk=replay.pk).state
    resume_replays(now=now + timedelta(minutes=3))
    replay.refresh_from_db()

    assert (early, waits) == (0, "waiting")
    # Its digest is of other rules, so that it ends at once; what counts is that it was begun.
    assert replay.state == "failed"


def test_one_that_lost_its_worker_three_times_is_left_to_a_person(now):
    long_ago = now - timedelta(hours=1)
    replay = asked(
        long_ago, state="running", attempts=MOST_ATTEMPTS, started_at=long_ago, heard_at=long_ago
    )

    resume_replays(now=now)
    replay.refresh_from_db()

    assert (replay.state, replay.attempts) == ("running", MOST_ATTEMPTS)


def test_one_that_somebody_works_on_is_left_alone(now):
    replay = asked(
        now - timedelta(hours=1), state="running", attempts=1, started_at=now, heard_at=now
    )

    assert resume_replays(now=now) == 0
    replay.refresh_from_db()
    assert replay.state == "running"
