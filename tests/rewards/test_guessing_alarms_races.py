"""Two colleagues who look into one alarm: what its lock is for."""

from collections import Counter

import pytest

from rewards.actions.guessing_alarms import settle_guessing_alarm
from rewards.actions.wrong_tries import note_wrong_try
from tests import make
from tests.members.at_once import at_once
from tests.rewards import tills

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_many_settles_an_alarm_and_the_others_are_told_so():
    row = note_wrong_try(client_id=tills.till(), staff_id=None, now=make.NOW, many=10)
    staff = [make.staff(superuser=True).pk for _ in range(4)]

    def settle(number):
        return settle_guessing_alarm(wrong_try_id=row.pk, staff_id=staff[number], now=make.NOW).pk

    answers = Counter(at_once(settle, times=4))

    assert answers == {row.pk: 1, "nothing_to_look_into": 3}
