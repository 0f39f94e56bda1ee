"""Who tried codes that are no good: the list, and the button of who looked into it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from members.actions.entitlement import MayNot
from members.models import StaffAct
from rewards.actions.guessing_alarms import (
    SETTLE,
    NothingToLookInto,
    OwnAlarm,
    settle_guessing_alarm,
)
from rewards.actions.wrong_tries import note_wrong_try
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.rewards import tills

pytestmark = pytest.mark.django_db
PAGE = "/admin/rewards/wrongtry/"


@pytest.fixture
def alarm(now):
    return note_wrong_try(client_id=tills.till("Till 7"), staff_id=None, now=now, many=12)


def listed(client, query="") -> list[str]:
    return [row.who for row in client.get(PAGE + query).context["cl"].result_list]


def test_the_list_names_tills_and_colleagues_and_finds_alarms_that_wait(desk, alarm, now):
    joost = make.staff(name="Joost Bos")
    note_wrong_try(client_id=None, staff_id=joost.pk, now=now)
    seen = note_wrong_try(client_id=tills.till("Till 8"), staff_id=None, now=now, many=10)
    desk.post(f"{PAGE}{seen.pk}/seen/", {"reason": "A new cashier"})

    assert listed(desk) == ["Till 8", "Joost Bos", "Till 7"]
    assert listed(desk, "?alarm=open") == ["Till 7"]
    assert listed(desk, "?alarm=seen") == ["Till 8"]
    assert listed(desk, "?alarm=nonsense") == ["Till 8", "Joost Bos", "Till 7"]


def test_seen_is_one_click_with_a_reason_and_leaves_a_trace(desk, boss, alarm):
    answer = desk.post(f"{PAGE}{alarm.pk}/seen/", {"reason": "Scanner was broken"})

    alarm.refresh_from_db()
    act = StaffAct.objects.latest("id")
    assert answer.status_code == 302
    assert alarm.seen_at is not None
    assert (act.staff, act.reason) == (boss, "Scanner was broken")
    assert "Till 7" in act.what


def test_without_what_was_found_nothing_is_seen(desk, alarm):
    answer = desk.post(f"{PAGE}{alarm.pk}/seen/", {"reason": ""})

    alarm.refresh_from_db()
    assert answer.status_code == 200
    assert alarm.seen_at is None


def test_the_button_is_there_while_the_alarm_waits(desk, alarm, now):
    quiet = note_wrong_try(client_id=tills.till("Till 8"), staff_id=None, now=now)
    address = f"{PAGE}{alarm.pk}/seen/"

    assert address in desk.get(f"{PAGE}{alarm.pk}/change/").content.decode()
    assert "/seen/" not in desk.get(f"{PAGE}{quiet.pk}/change/").content.decode()
    desk.post(address, {"reason": "A new cashier"})
    assert address not in desk.get(f"{PAGE}{alarm.pk}/change/").content.decode()


def test_a_row_leads_to_the_client_that_can_be_stopped(desk, alarm):
    page = desk.get(f"{PAGE}{alarm.pk}/change/").content.decode()

    assert f"/admin/members/apiclient/{alarm.client_id}/change/" in page


def test_what_was_seen_or_rang_no_alarm_is_refused(alarm, now):
    boss = make.staff(superuser=True)
    quiet = note_wrong_try(client_id=tills.till("Till 8"), staff_id=None, now=now)
    settle_guessing_alarm(wrong_try_id=alarm.pk, staff_id=boss.pk, now=now)

    for row in (alarm, quiet):
        with pytest.raises(NothingToLookInto):
            settle_guessing_alarm(wrong_try_id=row.pk, staff_id=boss.pk, now=now)


def test_nobody_settles_their_own_alarm(now):
    boss = make.staff(superuser=True, language="en")
    own = note_wrong_try(client_id=None, staff_id=boss.pk, now=now, many=10)
    client = at_desk(with_factor(boss))

    answer = client.post(f"{PAGE}{own.pk}/seen/", {"reason": "That was me"})

    own.refresh_from_db()
    assert "colleague" in answer.content.decode()
    assert own.seen_at is None
    with pytest.raises(OwnAlarm):
        settle_guessing_alarm(wrong_try_id=own.pk, staff_id=boss.pk, now=now)


def test_who_may_not_is_refused_by_the_action_too(alarm, now):
    reader = make.staff()
    reader.user_permissions.add(Permission.objects.get(codename="view_wrongtry"))

    with pytest.raises(MayNot):
        settle_guessing_alarm(wrong_try_id=alarm.pk, staff_id=reader.pk, now=now)
    assert SETTLE == "rewards.change_wrongtry"


def test_another_hour_rings_again(alarm, now):
    settle_guessing_alarm(wrong_try_id=alarm.pk, staff_id=make.staff(superuser=True).pk, now=now)
    later = now + timedelta(hours=1)

    again = note_wrong_try(client_id=alarm.client_id, staff_id=None, now=later, many=10)

    assert again.pk != alarm.pk
    assert (again.alarmed_at, again.seen_at) == (later, None)


def test_the_list_takes_the_same_queries_for_few_and_many(desk, alarm, django_assert_num_queries):
    desk.get(PAGE)
    with django_assert_num_queries(5):
        desk.get(PAGE)
    for number in range(20):
        note_wrong_try(
            client_id=tills.till(f"Till 1{number}"), staff_id=None, now=timezone.now(), many=12
        )

    with django_assert_num_queries(5):
        desk.get(PAGE)
