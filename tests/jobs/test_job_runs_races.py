import multiprocessing
import os
import signal
import threading
import time

import pytest
from django.db import connection, connections

from loyalty_site.actions.job_runs import run_due
from loyalty_site.models import JobRun
from tests.jobs.jobs import AMSTERDAM, Recorder, daily, local

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MORNING = local("2026-06-15T09:00")


def run_in_threads(job, count):
    """Knock from several processes at once, each with connections of its own."""
    ready, answers = threading.Barrier(count), []

    def knock():
        try:
            ready.wait()
            answers.append(run_due(job=job, zone=AMSTERDAM, now=MORNING))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=knock) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_ticks_at_the_same_moment_run_a_job_once():
    for day in range(1, 6):
        JobRun.objects.all().delete()
        work = Recorder()

        answers = run_in_threads(daily(work), 8)

        assert len(answers) == 8, day
        assert len([run for run in answers if run is not None]) == 1
        assert len(work.instants) == JobRun.objects.count() == 1


def test_a_second_runner_leaves_a_long_run_alone_and_sees_that_it_runs():
    started, go_on, seen = threading.Event(), threading.Event(), []

    def long_work(_at, _now):
        started.set()
        assert go_on.wait(10)
        return {"calls": 1}

    def first():
        try:
            seen.append(run_due(job=daily(long_work), zone=AMSTERDAM, now=MORNING))
        finally:
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert started.wait(10)

    second = run_due(job=daily(Recorder()), zone=AMSTERDAM, now=MORNING)
    meanwhile = JobRun.objects.get().state
    go_on.set()
    thread.join()

    assert second is None
    assert meanwhile == "running"
    assert seen[0].state == "done"


def test_work_does_not_run_inside_a_transaction_of_the_runner():
    inside = []

    def work(_at, _now):
        inside.append(connection.in_atomic_block)
        return {}

    run_due(job=daily(work), zone=AMSTERDAM, now=MORNING)

    assert inside == [False]


def test_a_runner_whose_database_connection_dies_leaves_a_failure_to_retry():
    def cut_off(_at, _now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return {}

    run = run_due(job=daily(cut_off), zone=AMSTERDAM, now=MORNING)

    assert run.state == "failed"
    assert "terminat" in run.error


def test_a_killed_process_loses_its_run_to_the_next():
    connections.close_all()
    context = multiprocessing.get_context("fork")
    at_work = context.Event()

    def never_done(_at, _now):
        at_work.set()
        time.sleep(60)

    process = context.Process(
        target=run_due,
        kwargs={"job": daily(never_done), "zone": AMSTERDAM, "now": MORNING},
    )
    process.start()
    assert at_work.wait(20)
    assert run_due(job=daily(Recorder()), zone=AMSTERDAM, now=MORNING) is None

    os.kill(process.pid, signal.SIGKILL)
    process.join()
    taken = until_free(daily(Recorder()))

    assert (taken.state, taken.attempts) == ("done", 2)


def until_free(job):
    """The database notices in a moment that the other side has gone."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if (run := run_due(job=job, zone=AMSTERDAM, now=MORNING)) is not None:
            return run
        time.sleep(0.05)
    return None
