"""Two at once: starting, deciding, changing and stopping the same campaign."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns.actions.bonuses import give_batch
from campaigns.actions.drafts import change_campaign
from campaigns.actions.scheduling import cancel_campaign
from campaigns.actions.sending import start_campaign, start_campaigns, stop_campaign
from campaigns.admin.campaign_story import draft_of
from campaigns.models import Bonus, Campaign
from mailroom.models import Delivery, Mailing, Tally
from points.models import Entry
from tests import make
from tests.campaigns.campaigning import approve, approver, readers, scheduled, second_person_above
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _program():
    make.published_program()


def hush():
    """Quiet hours around this moment: it starts, and the knock it gives sends nothing yet."""
    hour = timezone.localtime()
    first, last = hour - timedelta(hours=1), hour + timedelta(hours=1)
    return {"quiet_from": first.time(), "quiet_until": last.time()}


def test_two_starters_send_it_once(now):
    readers(3)
    campaign = scheduled()

    added = at_once(lambda _number: start_campaign(campaign_id=campaign.pk, now=now))

    assert sorted(added, key=str) == [3, None]
    assert Mailing.objects.count() == 1
    assert Delivery.objects.count() == 3


def test_what_is_changed_while_somebody_approves_does_not_leave(now):
    readers(3)
    second_person_above(2)
    campaign, second = scheduled(), approver()
    changed = replace(draft_of(campaign), name="Other")

    def act(number):
        if number:
            approve(campaign, by=second)
            return "approved"
        change_campaign(
            campaign_id=campaign.pk,
            draft=changed,
            seen=campaign.edition,
            staff_id=campaign.drafted_by_id,
            now=now,
        )
        return "changed"

    answers = at_once(act)

    assert answers[0] == "changed"
    assert answers[1] in {"approved", "already_decided"}
    assert Campaign.objects.get().state == Campaign.State.DRAFT
    assert start_campaigns(now=now).campaigns == 0


def test_a_stop_while_it_starts_comes_before_it_or_after_it(now):
    readers(3)
    campaign = scheduled(**hush())

    def act(number):
        if number:
            stop_campaign(campaign_id=campaign.pk, staff_id=campaign.drafted_by_id, now=now)
            return "stopped"
        return start_campaign(campaign_id=campaign.pk, now=now)

    started, stopped = at_once(act)

    assert started == 3
    assert stopped in {"stopped", "campaign_not_on_its_way"}
    state = "skipped" if stopped == "stopped" else "waiting"
    assert set(Delivery.objects.values_list("state", flat=True)) == {state}


def test_a_stop_waits_for_who_is_starting_it_and_then_stops_it_all(now):
    readers(3)
    campaign = scheduled(**hush())
    by = {"campaign_id": campaign.pk, "staff_id": campaign.drafted_by_id, "now": now}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            start_campaign(campaign_id=campaign.pk, now=now)
            stopping = pool.submit(at_once, lambda _number: stop_campaign(**by).state, 1)
            wait_for_waiting(1)
        (answer,) = stopping.result()

    assert answer == Campaign.State.SENDING
    assert Mailing.objects.get().state == Mailing.State.STOPPED
    assert set(Delivery.objects.values_list("state", flat=True)) == {"skipped"}


def test_what_is_being_called_off_does_not_start(now):
    readers(3)
    campaign = scheduled()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            cancel_campaign(campaign_id=campaign.pk, staff_id=campaign.drafted_by_id, now=now)
            starting = pool.submit(
                at_once, lambda _number: start_campaign(campaign_id=campaign.pk, now=now), 1
            )
            wait_for_waiting(1)
        (added,) = starting.result()

    assert added is None
    assert Campaign.objects.get().state == Campaign.State.CANCELLED
    assert not Mailing.objects.exists()


def test_two_sweeps_give_one_bonus(now):
    readers(3)
    campaign = scheduled(bonus_points=5)
    start_campaigns(now=now)
    Delivery.objects.update(state="sent", sent_at=now, left_at=now)
    Tally.objects.filter(state="waiting").update(count=0)
    Tally.objects.update_or_create(
        mailing=Mailing.objects.get(), state="sent", reason="", defaults={"count": 3}
    )

    at_once(lambda _number: give_batch(campaign_id=campaign.pk, now=now))

    assert Bonus.objects.count() == Entry.objects.count() == 3
    assert Campaign.objects.get().bonus_given == 3


def test_a_start_that_breaks_off_leaves_it_as_it_was(now):
    readers(3)
    campaign = scheduled()

    def break_off():
        with transaction.atomic():
            start_campaign(campaign_id=campaign.pk, now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert Campaign.objects.get().state == Campaign.State.SCHEDULED
    assert not Mailing.objects.exists()
    assert start_campaigns(now=now).members == 3
