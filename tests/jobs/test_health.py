import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from loyalty_site.actions.job_runs import run_due
from loyalty_site.health import health
from loyalty_site.jobs import JOBS
from loyalty_site.models import JobRun
from loyalty_site.tasks import show_life
from loyalty_site.worker_pulse import DEAD_AFTER, feel_pulse, last_pulse
from points.program_cache import program_zone

NOWHERE = "redis://127.0.0.1:1/0"


def run_all_jobs():
    for job in JOBS:
        run_due(job=job, zone=program_zone(), now=timezone.now())


def ask():
    answer = health(RequestFactory().get("/healthz/"))
    return answer.status_code, json.loads(answer.content)


@pytest.mark.usefixtures("db")
def test_all_is_well_when_servers_answer_a_worker_lives_and_jobs_have_run():
    show_life()
    run_all_jobs()

    status, found = ask()

    assert status == 200
    assert {found[part] for part in ("status", "database", "broker", "worker")} == {"ok"}
    assert [found["jobs"][job.name]["state"] for job in JOBS] == ["done"] * len(JOBS)
    assert not any(job["late"] for job in found["jobs"].values())


@pytest.mark.usefixtures("db")
def test_a_site_without_worker_says_so():
    run_all_jobs()

    status, found = ask()

    assert (status, found["status"], found["worker"]) == (503, "failing", "failing")


@pytest.mark.usefixtures("db")
def test_a_job_that_never_ran_is_late():
    show_life()

    status, found = ask()

    assert status == 503
    assert found["jobs"]["expire_points"] == {
        "late": True,
        "period": None,
        "state": "never",
        "finished_at": None,
    }


@pytest.mark.usefixtures("db")
def test_a_job_whose_night_passed_without_it_is_late_and_the_others_are_not():
    show_life()
    run_all_jobs()
    JobRun.objects.filter(job="expire_points").update(period="2020-01-01")

    status, found = ask()

    assert status == 503
    assert [name for name, job in found["jobs"].items() if job["late"]] == ["expire_points"]


@pytest.mark.usefixtures("db")
def test_a_failed_night_shows_as_failed_and_late():
    show_life()
    run_all_jobs()
    JobRun.objects.filter(job="verify_ledger").update(state="failed")

    status, found = ask()

    assert status == 503
    assert found["jobs"]["verify_ledger"]["state"] == "failed"
    assert found["jobs"]["verify_ledger"]["late"]


@pytest.mark.usefixtures("db")
def test_a_broker_that_is_down_is_named_and_its_address_is_not(settings):
    settings.CELERY_BROKER_URL = NOWHERE.replace("127", "user:secret@127")

    status, found = ask()

    assert (status, found["broker"], found["database"]) == (503, "failing", "ok")
    assert "secret" not in json.dumps(found)


@pytest.mark.usefixtures("db")
def test_without_a_cache_no_worker_shows_life(settings):
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}
    settings.CACHES = {"default": redis}

    status, found = ask()

    assert (status, found["worker"]) == (503, "failing")


@pytest.mark.usefixtures("db")
def test_a_database_that_is_down_is_named_and_costs_no_further_question(
    monkeypatch, django_assert_num_queries
):
    away = connection.get_connection_params() | {"host": "127.0.0.1", "port": 1}
    monkeypatch.setattr(connection, "get_connection_params", lambda: away)

    with django_assert_num_queries(0):
        status, found = ask()

    assert (status, found["database"], found["jobs"]) == (503, "failing", {})


@pytest.mark.usefixtures("db")
def test_a_look_at_the_jobs_costs_three_queries(django_assert_num_queries):
    run_all_jobs()

    with django_assert_num_queries(3):
        ask()


@pytest.mark.usefixtures("db")
def test_no_answer_is_kept_and_nothing_can_be_posted():
    assert "no-store" in health(RequestFactory().get("/healthz/")).headers["Cache-Control"]
    assert health(RequestFactory().post("/healthz/")).status_code == 405


def test_a_pulse_is_written_once_in_a_while_and_fades(now):
    feel_pulse(now)
    feel_pulse(now + timedelta(seconds=5))
    early = last_pulse()
    feel_pulse(now + timedelta(seconds=12))

    assert early == now
    assert last_pulse() == now + timedelta(seconds=12)
    assert timedelta(seconds=30) < DEAD_AFTER
