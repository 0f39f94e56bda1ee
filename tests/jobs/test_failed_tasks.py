from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from loyalty_site import task_signals
from loyalty_site.actions.failed_tasks import (
    ArgumentsKeptBack,
    TaskSettled,
    arguments_of,
    record_done,
    record_failed,
    set_aside,
    try_again,
    unheard_of,
)
from loyalty_site.models import FailedTask
from loyalty_site.task_starts import MOST_STARTS, WorkerLostEachTimeError, counted_start
from members.actions.entitlement import MayNot
from tests import make
from tests.members.at_once import at_once

REPLAY = "points.tasks.replay_draft"


def fail(now, *args, error="ValueError: no", **kwargs) -> FailedTask:
    about = arguments_of(args=args or [1], kwargs=kwargs)
    return record_failed(task=REPLAY, arguments=about, message="m1", error=error, now=now)


@pytest.fixture
def boss(db):
    return make.staff(superuser=True)


@pytest.mark.django_db
def test_the_same_failure_is_one_row_that_counts(now):
    first = fail(now)
    fail(now + timedelta(minutes=1), error="OSError: later")
    other = fail(now, 2)

    first.refresh_from_db()
    assert (first.times, first.error, first.failed_at) == (
        2,
        "OSError: later",
        now + timedelta(minutes=1),
    )
    assert (first.first_failed_at, other.times) == (now, 1)


@pytest.mark.django_db
def test_only_the_first_line_of_an_error_and_no_words_of_people_are_kept(now):
    failed = fail(
        now, 7, "sanne@example.nl", ["x"], "send_letters", error="ValueError: no\nsanne@example.nl"
    )

    assert failed.error == "ValueError: no"
    assert failed.arguments["args"] == [7, "…", "…", "send_letters"]


@pytest.mark.django_db
def test_what_goes_well_later_settles_itself_and_a_new_failure_is_a_new_row(now):
    failed = fail(now)

    settled = record_done(task=REPLAY, arguments=failed.arguments, now=now)
    again = fail(now)

    failed.refresh_from_db()
    assert (settled, failed.state, failed.settled_at) == (1, "recovered", now)
    assert (again.pk != failed.pk, again.state) == (True, "open")


def test_a_task_that_is_tried_again_and_gets_lost_is_sent_once_more(boss, now):
    failed = fail(now)
    try_again(failed_task_id=failed.pk, staff_id=boss.pk, now=now)

    early = unheard_of(now=now + timedelta(minutes=4))
    late = unheard_of(now=now + timedelta(minutes=6))
    then = unheard_of(now=now + timedelta(minutes=7))

    assert [len(rows) for rows in (early, late, then)] == [0, 1, 0]


def test_a_task_that_fails_again_is_open_again(boss, now):
    failed = fail(now)
    try_again(failed_task_id=failed.pk, staff_id=boss.pk, now=now)

    fail(now)

    failed.refresh_from_db()
    assert (failed.state, failed.times) == ("open", 2)


def test_what_is_set_aside_stays_aside(boss, now):
    failed = fail(now)
    set_aside(failed_task_id=failed.pk, staff_id=boss.pk, now=now)

    for act in (try_again, set_aside):
        with pytest.raises(TaskSettled):
            act(failed_task_id=failed.pk, staff_id=boss.pk, now=now)

    assert FailedTask.objects.open().count() == 0


def test_what_was_not_kept_cannot_be_tried_again(boss, now):
    failed = fail(now, "sanne@example.nl")

    with pytest.raises(ArgumentsKeptBack):
        try_again(failed_task_id=failed.pk, staff_id=boss.pk, now=now)


@pytest.mark.parametrize("act", [try_again, set_aside])
@pytest.mark.django_db
def test_who_may_not_settles_nothing(now, act):
    failed = fail(now)

    with pytest.raises(MayNot):
        act(failed_task_id=failed.pk, staff_id=make.staff().pk, now=now)


@pytest.mark.django_db(transaction=True)
def test_a_failure_seen_by_many_workers_at_once_is_one_row(now):
    at_once(lambda _number: fail(now), 6)

    assert FailedTask.objects.get().times == 6


@pytest.mark.django_db(transaction=True)
def test_of_two_who_settle_at_once_one_is_too_late(now):
    staff, failed = make.staff(superuser=True), fail(now)

    def settle(_number):
        return set_aside(failed_task_id=failed.pk, staff_id=staff.pk, now=now)

    answers = at_once(settle, 4)

    assert len([one for one in answers if isinstance(one, FailedTask)]) == 1


def test_a_message_that_takes_its_worker_down_each_time_is_not_begun_for_ever():
    # A worker that is killed takes nothing back.
    cache.set("task-starts:m1", MOST_STARTS)

    with pytest.raises(WorkerLostEachTimeError), counted_start("m1"):
        raise AssertionError

    with counted_start("m1"):
        pass


def test_a_message_whose_work_ended_is_forgotten():
    for _ in range(MOST_STARTS + 3):
        with counted_start("m2"):
            pass

    assert cache.get("task-starts:m2") is None


def test_without_a_cache_work_goes_on(settings):
    redis = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
    settings.CACHES = {"default": redis}

    done = []

    with counted_start("m3"):
        done.append("work")

    assert done == ["work"]


@pytest.mark.django_db
def test_celerys_news_becomes_rows():
    sender = SimpleNamespace(
        name=REPLAY, request=SimpleNamespace(is_eager=False, args=[4], kwargs={})
    )
    message = SimpleNamespace(payload=([9], {}, {}))

    task_signals.keep_failed(
        sender=sender, task_id="m1", exception=ValueError("no"), args=[4], kwargs={}
    )
    task_signals.keep_unknown(name="old.task", id="m2", message=message)
    task_signals.keep_unreadable(exc=ValueError("no"))
    task_signals.settle_earlier(sender=sender)

    told = {row.task: (row.arguments["args"], row.state) for row in FailedTask.objects.all()}
    assert told == {
        REPLAY: ([4], "recovered"),
        "old.task": ([9], "open"),
        "unreadable": ([], "open"),
    }
