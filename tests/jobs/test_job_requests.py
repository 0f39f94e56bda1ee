from datetime import timedelta
from uuid import uuid4

import pytest

from loyalty_site.actions.job_requests import JobUnderWay, ask_run
from loyalty_site.actions.job_runs import only_runner, run_due
from loyalty_site.job_health import job_health, jobs_in_hand
from loyalty_site.models import JobRun
from members.actions.entitlement import MayNot
from tests import make
from tests.jobs.jobs import AMSTERDAM, Recorder, daily, every, local
from tests.members.at_once import at_once

MORNING = local("2026-06-15T09:00")


@pytest.fixture
def boss(db):
    return make.staff(superuser=True)


def ask(job, staff, key=None, now=MORNING) -> JobRun:
    return ask_run(job=job, staff_id=staff.pk, request_key=key or uuid4(), zone=AMSTERDAM, now=now)


def run(job, now=MORNING):
    return run_due(job=job, zone=AMSTERDAM, now=now)


def test_what_is_due_runs_as_its_own_period_and_once(boss):
    work = Recorder()

    asked = ask(daily(work), boss)
    runs = [run(daily(work)), run(daily(work))]

    assert (asked.period, asked.is_extra, asked.state) == ("2026-06-15", False, "waiting")
    assert [one and one.state for one in runs] == ["done", None]
    assert len(work.instants) == 1


def test_if_nothing_is_due_the_newest_period_is_repeated_beside_the_schedule(boss):
    work = Recorder()
    run(daily(work))

    asked = ask(daily(work), boss, now=MORNING + timedelta(hours=2))
    done = run(daily(work), MORNING + timedelta(hours=2))
    after = [
        run(daily(work), MORNING + timedelta(hours=3)),
        run(daily(work), MORNING + timedelta(days=1)),
    ]

    assert asked.is_extra
    assert (done.pk, done.state, done.asked_by) == (asked.pk, "done", boss)
    assert work.instants[0] == work.instants[1] == local("2026-06-15T00:10")
    assert [one and one.period for one in after] == [None, "2026-06-16"]


def test_the_same_press_of_the_button_is_one_run(boss):
    work, key = Recorder(), uuid4()
    run(daily(work))

    first = ask(daily(work), boss, key)
    second = ask(daily(work), boss, key)
    run(daily(work))
    third = ask(daily(work), boss, key)

    assert first == second == third
    assert run(daily(work)) is None
    assert len(work.instants) == 2


def test_two_wishes_are_one(boss):
    ask(daily(Recorder()), boss)

    with pytest.raises(JobUnderWay):
        ask(daily(Recorder()), boss)


def test_nothing_is_asked_while_the_job_runs(boss):
    with only_runner("nightly"):
        assert jobs_in_hand(["nightly", "often"]) == {"nightly"}
        with pytest.raises(JobUnderWay):
            ask(daily(Recorder()), boss)

    assert jobs_in_hand(["nightly"]) == set()
    assert JobRun.objects.count() == 0


def test_what_was_given_up_is_tried_once_more_in_its_own_row(boss):
    work = Recorder(failures=[ValueError("broken")])
    failed = run(daily(work, attempts=1))

    asked = ask(daily(work, attempts=1), boss, now=MORNING + timedelta(hours=1))
    done = run(daily(work, attempts=1), MORNING + timedelta(hours=1))

    assert asked.pk == done.pk == failed.pk
    assert (done.state, done.attempts) == ("done", 2)


def test_what_waits_after_a_failure_need_not_wait(boss):
    work = Recorder(failures=[ValueError("broken")])
    run(daily(work))

    ask(daily(work), boss)

    assert run(daily(work)).state == "done"


def test_a_run_beside_the_schedule_that_fails_is_not_tried_again_by_itself(boss):
    work = Recorder()
    run(every(work))
    work.failures = [ValueError("broken")]
    ask(every(work), boss)

    assert run(every(work)).state == "failed"
    assert run(every(work), MORNING + timedelta(minutes=9)) is None


def test_a_run_beside_the_schedule_does_not_make_a_job_look_done_or_late(boss):
    job = daily(Recorder())
    run(job)
    ask(job, boss)

    (health,) = job_health(jobs=[job], zone=AMSTERDAM, now=MORNING)

    assert (health.last.state, health.is_late) == ("done", False)


def test_who_lost_the_right_meanwhile_starts_nothing(db):
    with pytest.raises(MayNot):
        ask(daily(Recorder()), make.staff())

    assert JobRun.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_wishes_at_once_one_is_granted():
    staff = make.staff(superuser=True)
    run(daily(Recorder()))

    answers = at_once(lambda _number: ask(daily(Recorder()), staff), 6)

    assert JobRun.objects.waiting().count() == 1
    assert len([one for one in answers if isinstance(one, JobRun)]) == 1
