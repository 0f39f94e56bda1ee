"""The page of the jobs, and what is done there."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.html import escape

from loyalty_site.admin.job_words import bars_of, runs_in_words, seconds_in_words, typical_seconds
from loyalty_site.jobs import JOBS
from loyalty_site.models import FailedTask, JobRun
from loyalty_site.worker_pulse import feel_pulse
from members.models import StaffAct

pytestmark = pytest.mark.django_db
PAGE = "/admin/jobs/"
NOBODY = "Nobody is running jobs"


def text(client, path=PAGE) -> str:
    client.cookies["django_language"] = "en"
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def ran(job="send_letters", *, seconds=1.0, state="done", ago=1, **facts) -> JobRun:
    at = timezone.now() - timedelta(minutes=ago)
    ended = None if state in {"running", "waiting"} else at + timedelta(seconds=seconds)
    return JobRun.objects.create(
        job=job,
        period=f"{at:%Y-%m-%dT%H:%MZ}",
        state=state,
        started_at=at,
        finished_at=ended,
        **facts,
    )


def press(client, name="remove_expired", **answers):
    page = f"{PAGE}{name}/run/"
    key = client.get(page).context["form"]["request_key"].value()
    return client.post(page, {"reason": "Try", "request_key": key} | answers), key


def test_every_job_is_a_line_with_its_sentence_and_rhythm(desk):
    page = text(desk)

    with translation.override("en"):
        sentences = [escape(str(job.about)) for job in JOBS]
    assert all(sentences)
    assert [sentence for sentence in sentences if sentence not in page] == []
    assert "every minute" in page
    assert "every night at 00:10" in page


def test_without_a_worker_the_page_says_so_first(desk):
    assert NOBODY in text(desk)

    feel_pulse(timezone.now())

    assert NOBODY not in text(desk)


def test_a_page_with_something_running_looks_again_as_long_as_a_worker_lives(desk):
    ran(state="waiting", is_extra=True)
    without = text(desk)
    feel_pulse(timezone.now())

    assert 'http-equiv="refresh"' not in without
    assert 'http-equiv="refresh"' in text(desk)


def test_a_failure_shows_its_error_and_its_picture_in_words(desk):
    ran(ago=3)
    ran(ago=2)
    ran(state="failed", error="OSError: no line")

    page = text(desk)

    assert "OSError: no line" in page
    assert "1 of the last 3 runs failed." in page


def test_the_page_costs_the_same_however_much_ran(desk, django_assert_max_num_queries):
    text(desk)
    for number in range(40):
        ran(ago=number + 1)

    with django_assert_max_num_queries(24):
        text(desk)


def test_a_job_runs_now_and_the_trace_says_who_and_why(desk, boss):
    answer, _key = press(desk)

    run = JobRun.objects.get(job="remove_expired")
    assert (answer.status_code, answer.url) == (302, PAGE)
    assert (run.state, run.asked_by) == ("done", boss)
    act = StaffAct.objects.latest("id")
    assert (act.object_id, act.staff, act.reason) == (str(run.pk), boss, "Try")


def test_a_second_press_of_the_same_page_runs_nothing_and_leaves_no_trace(desk):
    _answer, key = press(desk)
    runs, acts = JobRun.objects.count(), StaffAct.objects.count()

    press(desk, request_key=key)

    assert (JobRun.objects.count(), StaffAct.objects.count()) == (runs, acts)


@pytest.mark.parametrize(
    "answers", [{"reason": ""}, {"request_key": "nonsense"}, {"request_key": ""}]
)
def test_an_answer_that_makes_no_sense_runs_nothing(desk, answers):
    answer, _key = press(desk, **answers)

    assert answer.status_code == 200
    assert JobRun.objects.count() == 0


def test_a_job_that_nobody_knows_is_not_found(desk):
    assert desk.get(f"{PAGE}mine_bitcoin/run/").status_code == 404


def test_who_may_look_sees_no_button_and_presses_none(desk_of):
    desk = desk_of("loyalty_site.view_jobrun")

    assert "Run now" not in text(desk)
    assert desk.get(f"{PAGE}send_letters/run/").status_code == 403


def failed(**facts) -> FailedTask:
    now = timezone.now()
    return FailedTask.objects.create(
        task="mailroom.tasks.deliver",
        arguments={"args": [], "kwargs": {}},
        error="OSError: no line",
        first_failed_at=now,
        failed_at=now,
        **facts,
    )


def test_a_failed_task_stands_on_the_page_and_on_the_first_page(desk):
    failed()

    assert "1 task could not be carried out" in text(desk)
    assert "1 task could not be carried out" in text(desk, "/admin/")


def test_a_failed_task_is_tried_again(desk, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "loyalty_site.tasks.app.send_task", lambda name, **about: sent.append((name, about))
    )
    row = failed()

    answer = desk.post(
        f"/admin/loyalty_site/failedtask/{row.pk}/try-again/", {"reason": "Line is back"}
    )

    row.refresh_from_db()
    assert answer.status_code == 302
    assert row.state == "again"
    assert sent == [("mailroom.tasks.deliver", {"args": [], "kwargs": {}})]
    assert StaffAct.objects.latest("id").reason == "Line is back"


def test_a_failed_task_is_set_aside_and_needs_nobody_any_more(desk):
    row = failed()

    desk.post(f"/admin/loyalty_site/failedtask/{row.pk}/set-aside/", {"reason": "Known"})

    row.refresh_from_db()
    assert row.state == "aside"
    assert "could not be carried out" not in text(desk)


def test_a_refused_try_sends_nothing(desk, monkeypatch):
    sent = []
    monkeypatch.setattr("loyalty_site.tasks.app.send_task", lambda *_a, **_k: sent.append(1))
    row = failed(state="aside", settled_at=timezone.now())

    answer = desk.post(f"/admin/loyalty_site/failedtask/{row.pk}/try-again/", {"reason": "x"})

    assert answer.status_code == 200
    assert sent == []


def test_the_picture_is_as_high_as_the_longest_run_and_for_a_failure():
    runs = [ran(ago=3, seconds=4), ran(ago=2, seconds=1), ran(ago=1, seconds=0, state="failed")]

    bars = bars_of(runs[::-1])

    assert [bar.height for bar in bars] == [28, 7, 28]
    assert typical_seconds(runs) == 2.5
    assert runs_in_words(runs[:2]) != runs_in_words(runs)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0.01, "under 0.1 s"), (2.34, "2.3 s"), (75.2, "1 min 15 s")],
)
def test_a_time_in_words(seconds, words, settings):
    with translation.override("en"):
        assert seconds_in_words(seconds) == words
