from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from loyalty_site import tasks
from loyalty_site.actions.cleanup import remove_expired
from loyalty_site.actions.job_runs import run_due
from loyalty_site.celery import app
from loyalty_site.jobs import JOBS, job_named
from loyalty_site.models import JobRun
from mailroom.tasks import deliver
from points.program_cache import program_zone
from points.tasks import count_spending_again
from tests import make

pytestmark = pytest.mark.django_db


def run(name, now):
    return run_due(job=job_named(name), zone=program_zone(), now=now)


def test_every_job_has_its_own_name_and_runs_on_an_empty_system(now):
    runs = [run(job.name, now) for job in JOBS]

    assert [done.state for done in runs] == ["done"] * len(JOBS)
    assert len({done.job for done in runs}) == len(JOBS)


def test_a_missed_night_of_expiry_is_caught_up_as_of_that_night(now):
    make.published_program(valid_months=1)
    member = make.member()
    make.purchase(member, "30.00", at=now - timedelta(days=33))
    make.purchase(member, "40.00", at=now - timedelta(days=32))
    run("expire_points", now - timedelta(days=3))

    nights = [run("expire_points", now) for _ in range(3)]

    assert [night.done["points"] for night in nights] == [0, 30, 40]
    assert make.balance(member) == 0


def test_the_sweep_gives_the_welcome_bonus_that_an_announcement_missed(now):
    member = make.member(joined_at=now - timedelta(minutes=20))
    make.published_program(welcome_bonus=50)

    done = run("welcome_new_members", now)

    assert done.done == {"members": 1}
    assert make.balance(member) == 50


def test_a_ledger_that_does_not_add_up_is_a_failed_run_that_names_the_place(now):
    make.published_program()
    member = make.member(points=100)
    member.account.balance = 90
    member.account.save()

    done = run("verify_ledger", now)

    assert done.state == "failed"
    assert f"account {member.pk}: balance 90" in done.error


def test_a_tick_sends_off_what_is_due_and_the_next_finds_nothing():
    tasks.tick()
    first = JobRun.objects.count()

    tasks.tick()

    assert first == JobRun.objects.count() == len(JOBS)


def test_a_worker_knocks_as_soon_as_it_is_up():
    tasks.knock_at_start()

    assert JobRun.objects.count() == len(JOBS)


def test_beat_only_knocks_and_the_task_exists():
    app.loader.import_default_modules()

    assert [entry["task"] for entry in app.conf.beat_schedule.values()] == [tasks.tick.name]
    assert tasks.tick.name in app.tasks


def test_the_zone_is_the_programs_and_before_there_is_one_the_sites():
    before = program_zone()
    make.published_program()

    assert str(before) == str(program_zone()) == "Europe/Amsterdam"


def test_sessions_that_have_ended_go_and_the_others_stay(now):
    for key, ends in (("ended", now - timedelta(seconds=1)), ("going", now)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    old = {"job": "often", "state": "done"}
    for year in (2024, 2026):
        at = datetime(year, 1, 1, tzinfo=UTC)
        JobRun.objects.create(period=str(year), started_at=at, finished_at=at, **old)
    for days in (13, 15):
        at = now - timedelta(days=days)
        JobRun.objects.create(period=f"{at:%Y-%m-%dT%H:%MZ}", started_at=at, finished_at=at, **old)

    removed = remove_expired(now=now)

    assert removed == {"sessions": 1, "logins": 0, "job_runs": 2, "failed_tasks": 0}
    assert [session.session_key for session in Session.objects.all()] == ["going"]
    assert {run.period for run in JobRun.objects.all()} == {"2026", "2026-06-02T10:00Z"}


def test_tasks_of_every_room_find_the_job_engine_from_any_thread():
    with ThreadPoolExecutor(1) as other:
        found = other.submit(lambda: {deliver.app.main, count_spending_again.app.main}).result()

    assert found == {app.main}


def test_the_jobs_wait_in_no_queue_behind_what_they_sweep():
    queues = {queue.name for queue in app.conf.task_queues}
    names = [f"loyalty_site.tasks.{name}" for name in ("tick", "run_job")]
    sent_to = {app.amqp.router.route({}, name)["queue"].name for name in names}

    assert queues == {"jobs", app.conf.task_default_queue}
    assert sent_to == {"jobs"}
