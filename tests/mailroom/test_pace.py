"""When mail may leave: never more in a minute than the pace, never in quiet hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery, Mailing
from mailroom.pace import allowed, is_quiet, next_slot
from tests import make
from tests.make import NOW

MINUTE = timedelta(minutes=1)


@given(
    pace=st.integers(1, 2_000),
    steps=st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 200)), max_size=60),
)
def test_in_no_minute_more_leave_than_the_pace(pace, steps):
    until, at, left = None, NOW, []
    for milliseconds, most in steps:
        at += timedelta(milliseconds=milliseconds)
        number, until = allowed(pace, until, at, most)
        left += [at] * number

    for first, moment in enumerate(left):
        within = [one for one in left[first:] if one < moment + MINUTE]
        assert len(within) <= pace


@pytest.mark.parametrize("pace", [1, 7, 60, 600, 6_000])
def test_a_worker_that_asks_often_gets_the_pace(pace):
    until, left = None, []
    for tick in range(3_000):
        number, until = allowed(pace, until, NOW + timedelta(milliseconds=100 * tick), 10_000)
        left.append(number)

    assert 0.95 * 5 * pace <= sum(left) <= 5 * pace + max(1, pace // 60)
    assert max(sum(left[first : first + 600]) for first in range(3_000)) <= pace


def test_the_next_one_may_leave_when_its_slot_comes():
    number, until = allowed(30, None, NOW, 100)

    assert number == 1
    assert allowed(30, until, next_slot(30, until) - timedelta(milliseconds=1), 9).number == 0
    assert allowed(30, until, next_slot(30, until), 9).number == 1


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        (time(21), time(8), time(21), True),
        (time(21), time(8), time(23, 59), True),
        (time(21), time(8), time(0), True),
        (time(21), time(8), time(7, 59), True),
        (time(21), time(8), time(8), False),
        (time(21), time(8), time(20, 59), False),
        (time(1), time(5), time(3), True),
        (time(1), time(5), time(5), False),
        (time(5), time(5), time(5), False),
        (None, None, time(3), False),
    ],
)
def test_quiet_hours_may_go_over_midnight(start, end, at, quiet):
    assert is_quiet(start, end, at) is quiet


@pytest.mark.django_db
@pytest.mark.parametrize("month", [1, 7])
def test_nothing_leaves_in_the_quiet_hours_of_the_place(settings, month):
    evening = datetime(2026, month, 10, 21, 30, tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
    mailing = make.mailing(make.member(), quiet_from=time(21), quiet_until=time(8))

    send_mailings(now=evening)
    assert Delivery.objects.get().state == "waiting"
    mailing.refresh_from_db()
    assert mailing.state == "running"

    send_mailings(now=evening + timedelta(hours=10, minutes=29))
    assert Delivery.objects.get().state == "waiting"
    send_mailings(now=evening + timedelta(hours=10, minutes=31))
    assert Delivery.objects.get().state == "sent"


@pytest.mark.django_db
def test_a_mailing_keeps_to_its_pace_however_often_it_is_asked(now):
    mailing = make.mailing(*(make.member() for _ in range(8)), pace=3)
    for second in range(0, 90, 4):
        send_mailings(now=now + timedelta(seconds=second), seconds=0.5)

    left = sorted(Delivery.objects.filter(left_at__isnull=False).values_list("left_at", flat=True))
    assert len([at for at in left if at < left[0] + MINUTE]) == 3
    mailing.refresh_from_db()
    assert (len(left) in (4, 5), mailing.state) == (True, Mailing.State.RUNNING)
