from datetime import time, timedelta

import pytest

from loyalty_site.actions.job_runs import _claim, due_period, only_runner, run_due
from loyalty_site.models import JobRun
from loyalty_site.schedule import MOST_DAYS_CAUGHT_UP
from tests.jobs.jobs import AMSTERDAM, Recorder, daily, every, local

pytestmark = pytest.mark.django_db
MORNING = local("2026-06-15T09:00")


def run(job, now=MORNING):
    return run_due(job=job, zone=AMSTERDAM, now=now)


def run_all(job, now=MORNING):
    """As the worker does: one period after another until nothing is due."""
    periods = []
    while (done := run(job, now)) is not None:
        periods.append(done.period)
    return periods


def test_a_run_is_recorded_with_its_figures():
    done = run(daily(Recorder()))

    assert (done.job, done.period, done.state) == ("nightly", "2026-06-15", "done")
    assert done.done == {"calls": 1}
    assert done.finished_at >= done.started_at == MORNING


def test_the_second_of_two_knocks_finds_nothing_to_do():
    work = Recorder()

    first, second = run(daily(work)), run(daily(work), MORNING + timedelta(minutes=1))

    assert first is not None
    assert second is None
    assert len(work.instants) == JobRun.objects.count() == 1


def test_a_job_that_never_ran_has_missed_nothing():
    assert run_all(daily(Recorder())) == ["2026-06-15"]


def test_a_job_waits_for_its_hour():
    work = Recorder()
    run(daily(work), local("2026-06-14T09:00"))

    assert run(daily(work), local("2026-06-15T00:09:59")) is None
    assert run(daily(work), local("2026-06-15T00:10")).period == "2026-06-15"


def test_three_missed_days_are_caught_up_oldest_first_each_as_of_its_own_night():
    work = Recorder()
    run(daily(work), local("2026-06-11T00:10"))

    periods = run_all(daily(work))

    assert periods == ["2026-06-12", "2026-06-13", "2026-06-14", "2026-06-15"]
    assert work.instants[1:] == [local(f"{day}T00:10") for day in periods]


def test_a_job_of_which_only_the_last_counts_skips_missed_days():
    work = Recorder()
    run(daily(work, every_day=False), local("2026-06-11T00:10"))

    assert run_all(daily(work, every_day=False)) == ["2026-06-15"]


def test_no_more_than_two_months_are_caught_up():
    work = Recorder()
    run(daily(work), local("2025-06-15T09:00"))

    periods = run_all(daily(work))

    assert len(periods) == MOST_DAYS_CAUGHT_UP
    assert (periods[0], periods[-1]) == ("2026-04-17", "2026-06-15")


def test_of_missed_slots_only_the_newest_is_run():
    work = Recorder()
    run(every(work), MORNING)

    assert run_all(every(work), MORNING + timedelta(minutes=47)) == ["2026-06-15T07:40Z"]


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        # From 02:00 to 03:00 there is no 02:30; an hour after 01:30 there is 03:30.
        ("2026-03-29", "2026-03-29T01:59:59+01:00", "2026-03-29T03:30:00+02:00"),
        # 02:30 comes twice; the first counts.
        ("2026-10-25", "2026-10-25T02:29:59+02:00", "2026-10-25T02:30:00+02:00"),
    ],
)
def test_a_job_inside_the_clock_change_runs_once_that_night(day, before, after):
    work = Recorder()
    job = daily(work, time(2, 30))
    run(job, local(before) - timedelta(days=1, hours=-2))
    knocks = [local(before) + timedelta(minutes=minutes) for minutes in range(6 * 60)]

    runs = [done for knock in knocks if (done := run(job, knock)) is not None]

    assert [done.period for done in runs] == [day]
    assert work.instants[-1] == local(after)
    assert run(job, local(before)) is None


def test_a_slot_of_minutes_does_not_care_for_clock_changes():
    work = Recorder()
    night = local("2026-10-25T01:55:00+02:00")

    for minutes in range(3 * 60):
        run(every(work), night + timedelta(minutes=minutes))

    assert len(work.instants) == 19
    assert len(set(work.instants)) == 19


def test_a_failure_is_recorded_in_one_line_and_tried_again_later():
    work = Recorder(failures=[ValueError("no disk\nDETAIL: sanne@example.nl")])

    failed = run(daily(work))
    at_once = run(daily(work), MORNING + timedelta(minutes=1))
    later = run(daily(work), MORNING + timedelta(minutes=3))

    assert (failed.state, failed.error) == ("failed", "ValueError: no disk")
    assert at_once is None
    assert (later.pk, later.state, later.attempts, later.error) == (failed.pk, "done", 2, "")


def test_a_job_that_fails_for_good_is_given_up_and_the_next_day_goes_on():
    work = Recorder(failures=[ValueError("broken")] * 2)
    job = daily(work, attempts=2)
    run(job)
    run(job, MORNING + timedelta(hours=2))

    assert run(job, MORNING + timedelta(hours=4)) is None
    assert run(job, MORNING + timedelta(days=1)).period == "2026-06-16"


def test_younger_days_wait_for_an_older_one_that_failed():
    work = Recorder()
    run(daily(work), local("2026-06-13T09:00"))
    work.failures = [ValueError("broken")]

    assert [run(daily(work)).state, run(daily(work))] == ["failed", None]
    assert run_all(daily(work), MORNING + timedelta(hours=1)) == ["2026-06-14", "2026-06-15"]


def test_a_run_whose_runner_died_is_taken_over():
    work = Recorder()
    lost = JobRun.objects.create(
        job="nightly", period="2026-06-15", state="running", started_at=MORNING
    )

    taken = run(daily(work), MORNING + timedelta(seconds=30))

    assert (taken.pk, taken.state, taken.attempts) == (lost.pk, "done", 2)


def test_a_run_that_ended_while_we_looked_is_not_claimed():
    job = daily(Recorder())
    period = due_period(job=job, zone=AMSTERDAM, now=MORNING)
    run(job)

    assert _claim(job, period, MORNING) is None


def test_a_run_that_kills_its_runner_every_time_is_given_up():
    work = Recorder()
    JobRun.objects.create(
        job="nightly", period="2026-06-15", state="running", started_at=MORNING, attempts=5
    )

    assert run(daily(work)) is None
    assert JobRun.objects.get().state == "failed"
    assert work.instants == []


def test_a_dead_run_of_an_earlier_slot_does_not_look_alive_for_ever():
    dead = JobRun.objects.create(
        job="often", period="2026-06-15T06:40Z", state="running", started_at=MORNING
    )

    run(every(Recorder()))

    dead.refresh_from_db()
    assert dead.state == "failed"


def test_a_runner_that_was_taken_for_dead_has_lost_its_say():
    def overtaken(_at, _now):
        JobRun.objects.update(attempts=2)
        return {"calls": 1}

    done = run(daily(overtaken))

    assert (done.state, done.done) == ("running", {})


def test_whoever_stops_the_worker_leaves_the_run_for_the_next():
    def stopped(_at, _now):
        raise SystemExit

    with pytest.raises(SystemExit):
        run(daily(stopped))

    assert JobRun.objects.get().state == "running"
    assert run(daily(Recorder())).state == "done"


def test_nobody_runs_a_job_that_somebody_runs():
    work = Recorder()

    with only_runner("nightly") as alone:
        assert alone
        assert run(daily(work)) is None

    assert run(daily(work)) is not None


def test_what_is_running_counts_as_due_for_its_runner_may_be_dead():
    JobRun.objects.create(job="nightly", period="2026-06-15", state="running", started_at=MORNING)

    period = due_period(job=daily(Recorder()), zone=AMSTERDAM, now=MORNING)

    assert period.key == "2026-06-15"
