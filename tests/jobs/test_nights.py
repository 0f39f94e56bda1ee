"""Two beats over nights that are longer or shorter, with days missed: one effect per period."""

import random
import threading
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connections

from loyalty_site.actions.job_runs import run_due
from loyalty_site.models import JobRun
from loyalty_site.schedule import Daily, Every, Job
from tests.jobs.jobs import AMSTERDAM

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NIGHTS = [datetime(2027, 3, 28, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]


class Restarted(BaseException):
    """What a runner that is stopped sees: nothing catches it, and its row stays as it was."""


class Site:
    """Jobs whose effects are counted, run by whoever knocks."""

    def __init__(self, restarts: int, knocks: int) -> None:
        self.effects: Counter[tuple[str, datetime]] = Counter()
        self.written: set[tuple[str, datetime]] = set()
        self.one_at_a_time = threading.Lock()
        self.restarts = set(random.sample(range(1, knocks), restarts))
        self.knocks = 0
        self.restarted = 0
        self.jobs = [
            self.job("before", Daily(time(0, 10), every_day=True)),
            self.job("inside", Daily(time(2, 30), every_day=True)),
            self.job("latest", Daily(time(3, 0), every_day=False)),
            self.job("often", Every(10)),
        ]

    def job(self, name: str, schedule: Daily | Every) -> Job:
        def work(at, _now):
            # As every job of the house: what is done already is not done again.
            if (name, at) not in self.written:
                self.written.add((name, at))
                self.effects[name, at] += 1
            self.perhaps_restart()
            return {"found": 1}

        return Job(name, name, schedule, work)

    def perhaps_restart(self) -> None:
        with self.one_at_a_time:
            self.knocks += 1
            if self.knocks in self.restarts:
                self.restarted += 1
                raise Restarted

    def knock(self, now: datetime) -> None:
        """What one beat has done: every due period of every job, one after the other."""
        for job in self.jobs:
            try:
                while run_due(job=job, zone=AMSTERDAM, now=now) is not None:
                    pass
            except Restarted:
                return


def beats(site: Site, moments: list[datetime]) -> None:
    """Two that knock at the same moments, each in a thread of its own."""
    together = threading.Barrier(2)

    def beat():
        try:
            for now in moments:
                together.wait(60)
                site.knock(now)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def moments_around(night: datetime, *, before: timedelta, after: timedelta, step: int):
    began, ended = night - before, night + after
    return [
        began + timedelta(minutes=minutes)
        for minutes in range(0, int((ended - began).total_seconds() // 60), step)
    ]


def days_of(site: Site, name: str) -> list[str]:
    instants = sorted(at for job, at in site.effects if job == name)
    return [at.astimezone(AMSTERDAM).date().isoformat() for at in instants]


@pytest.mark.parametrize("night", NIGHTS, ids=["spring", "autumn"])
def test_the_night_of_a_clock_change_has_one_effect_of_each_job_under_two_beats(night):
    site = Site(restarts=2, knocks=15)
    moments = moments_around(night, before=timedelta(hours=3), after=timedelta(hours=4), step=15)

    beats(site, moments)

    assert set(site.effects.values()) == {1}
    today = night.date().isoformat()
    assert [days_of(site, name).count(today) for name in ("before", "inside", "latest")] == [1] * 3
    assert site.restarted == 2


@pytest.mark.drill
@pytest.mark.parametrize("night", NIGHTS, ids=["spring", "autumn"])
def test_days_around_a_clock_change_with_fifty_restarts_and_three_days_missed(night):
    site = Site(restarts=50, knocks=300)
    first = moments_around(night, before=timedelta(days=2), after=timedelta(days=1), step=5)
    missed = first[-1] + timedelta(days=3, minutes=7)
    then = [missed + timedelta(minutes=5 * number) for number in range(288)]

    beats(site, first)
    beats(site, then)

    days = [
        (night - timedelta(days=2) + timedelta(days=number)).date().isoformat()
        for number in range(-1, 8)
    ]
    assert set(site.effects.values()) == {1}
    assert site.restarted == 50
    for name in ("before", "inside"):
        done = days_of(site, name)
        assert done == [day for day in days if done[0] <= day <= done[-1]]
        assert len(done) >= 7
    assert JobRun.objects.exclude(state="done").filter(job__in=["before", "inside"]).count() == 0
