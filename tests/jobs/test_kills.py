"""Workers, their children and the broker killed without warning: nothing lost, nothing twice."""

import random
import time

import pytest

from loyalty_site.models import FailedTask, JobRun
from loyalty_site.task_starts import MOST_STARTS
from tests.jobs.fleet import Ledger, fleet, seconds_until_done, soon

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
PATIENCE = 120
"""Seconds that a busy machine may take for what takes a few."""
HASTE = {"DRILL_BEAT": "1", "DRILL_SLOT": "1", "DRILL_STALE": "1", "DRILL_LOST": "3"}


@pytest.fixture
def ledger():
    ledger = Ledger()
    yield ledger
    ledger.close()


def strike(running, chosen: str) -> None:
    match chosen:
        case "child":
            running.kill_child("worker", random.randrange(4))
        case "parent":
            running.kill("worker")
        case "broker":
            running.kill_valkey()


def percentile(values, share=0.95):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def test_jobs_survive_a_killed_child_and_parent_a_flushed_broker_and_a_poisonous_message(ledger):
    with fleet(DRILL_WORK="0.1", **HASTE) as running:
        ledger.write_numbers(60)
        running.send_numbers(60)
        running.start("worker")
        running.start("beat")
        soon(lambda: ledger.done() >= 5, PATIENCE)
        running.kill_child("worker")
        soon(lambda: ledger.done() >= 20, PATIENCE)
        running.kill("worker")
        soon(lambda: ledger.done() >= 30, PATIENCE)
        running.flush()
        soon(lambda: ledger.left() == 0, PATIENCE)
        for name in ("poison", "fail", "nobody_knows"):
            running.send(name)
        soon(lambda: FailedTask.objects.count() == 3, PATIENCE)

        assert (ledger.effects(), ledger.doubled()) == (60, 0)
        told = {failed.task.rpartition(".")[2]: failed for failed in FailedTask.objects.all()}
        assert set(told) == {"poison", "fail", "nobody_knows"}
        assert told["poison"].error.startswith("WorkerLostEachTimeError")
        assert told["fail"].error == "ValueError: no disk"
        assert ledger.one("SELECT count(*) FROM drill_start WHERE number = -1") == MOST_STARTS


@pytest.mark.drill
def test_two_thousand_jobs_and_twenty_kills_lose_and_double_nothing(ledger, capsys):
    interrupted, resumed = [], []
    with fleet(DRILL_WORK="0.4") as running:
        ledger.write_numbers(2_000)
        running.send_numbers(2_000)
        running.start("worker")
        running.start("beat")
        soon(lambda: ledger.done() >= 20, 60)
        kills = ["child"] * 7 + ["parent"] * 7 + ["broker"] * 6
        random.shuffle(kills)
        for chosen in kills:
            time.sleep(random.uniform(1, 5))
            before = set(ledger.in_hand()) - {each for _at, held in interrupted for each in held}
            at, done = time.time(), ledger.done()
            strike(running, chosen)
            interrupted.append((at, sorted(before)))
            enough = min(done + 8, 2_000)
            soon(lambda enough=enough: ledger.done() >= enough, 120, running)
            resumed.append(time.time() - at)
        soon(lambda: ledger.left() == 0, 600)
        waits = [
            wait for at, numbers in interrupted for wait in seconds_until_done(ledger, numbers, at)
        ]

        with capsys.disabled():
            print(  # noqa: T201
                f"\n2,000 jobs, {len(kills)} kills: {ledger.effects()} effects, "
                f"{ledger.doubled()} doubled; working again after {percentile(resumed):.1f} s (p95), "
                f"{len(waits)} interrupted jobs done after {percentile(waits):.1f} s (p95), "
                f"{max(waits):.1f} s at most"
            )
        assert (ledger.effects(), ledger.doubled()) == (2_000, 0)
        assert percentile(resumed) < 60
        assert percentile(waits) < 60


@pytest.mark.drill
def test_a_flushed_broker_loses_nothing_because_the_sweep_knocks_again(ledger):
    with fleet(DRILL_WORK="0.05", DRILL_BEAT="5", DRILL_SLOT="5", DRILL_LOST="5") as running:
        ledger.write_numbers(1_000)
        running.send_numbers(1_000)
        running.start("worker")
        running.start("beat")
        for share in (100, 400, 700):
            soon(lambda share=share: ledger.done() >= share, 120)
            running.flush()
        soon(lambda: ledger.left() == 0, 180)

        assert (ledger.effects(), ledger.doubled()) == (1_000, 0)


@pytest.mark.drill
def test_two_beats_and_fifty_restarts_give_one_effect_for_each_period(ledger):
    with fleet(DRILL_WORK="0.3", DRILL_BEAT="1", DRILL_SLOT="2") as running:
        names = ("worker", "worker2", "beat", "beat2")
        for name in names:
            running.start(name)
        soon(lambda: JobRun.objects.filter(job="write_period", state="done").count() > 2, 60)
        for _ in range(50):
            running.kill(random.choice(names))
            time.sleep(random.uniform(0.2, 3))
        ended = JobRun.objects.filter(job="write_period", state="done").count()
        soon(lambda: JobRun.objects.filter(job="write_period", state="done").count() > ended, 60)
        for name in names:
            running.end(name)
        periods = ledger.one("SELECT count(*) FROM drill_effect WHERE name LIKE 'period%%'")

        assert ledger.doubled() == 0
        done = JobRun.objects.filter(job="write_period", state="done").count()
        assert done <= periods <= JobRun.objects.filter(job="write_period").count()
