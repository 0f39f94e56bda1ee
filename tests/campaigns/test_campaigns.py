"""From a draft to mail on its way: what freezes, what is asked, what starts and what does not."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.translation import override

from campaigns.actions.audiences import ChangedSince, save_audience
from campaigns.actions.drafts import AlreadyOnItsWay, change_campaign, copy_campaign
from campaigns.actions.scheduling import (
    MomentPassed,
    NobodyToMail,
    NotComplete,
    OwnCampaign,
    cancel_campaign,
    grew,
    unschedule_campaign,
)
from campaigns.actions.sending import (
    pause_campaign,
    resume_campaign,
    start_campaign,
    start_campaigns,
    stop_campaign,
)
from campaigns.admin.campaign_story import draft_of
from campaigns.conditions import Condition, Kind
from campaigns.models import Campaign
from mailroom.models import Delivery, Mailing
from members.actions.approval import NotWhatWasShown, OwnRequest
from members.actions.entitlement import MayNot
from members.models import Approval
from tests import make
from tests.campaigns.campaigning import (
    approve,
    draft,
    marketer,
    readers,
    schedule,
    scheduled,
    second_person_above,
)

pytestmark = pytest.mark.django_db
DUTCH = Condition(Kind.LANGUAGE, among=("nl",))


@pytest.fixture(autouse=True)
def _program():
    make.published_program()


def fresh(campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def test_a_small_campaign_is_scheduled_by_one(now):
    readers(3)

    campaign = scheduled(DUTCH)

    assert campaign.state == Campaign.State.SCHEDULED
    assert (campaign.counted, campaign.reachable) == (3, 3)
    assert campaign.sentences == {"nl": campaign.sentences["nl"], "en": "Members who read Dutch"}
    assert campaign.conditions == [{"kind": "language", "among": ["nl"]}]


def test_a_campaign_leaves_once_to_everybody_who_matches(now):
    reached = readers(3)
    make.member(language="en")
    campaign = scheduled(DUTCH)

    first, second = start_campaigns(now=now), start_campaigns(now=now)

    campaign = fresh(campaign)
    assert (first.campaigns, first.members, second.campaigns) == (1, 3, 0)
    assert campaign.state == Campaign.State.SENDING
    assert campaign.mailing.state == Mailing.State.RUNNING
    assert campaign.mailing.content == campaign.content
    to = Delivery.objects.filter(mailing=campaign.mailing).values_list("member", flat=True)
    assert set(to) == {member.pk for member in reached}


def test_a_campaign_waits_for_its_moment(now):
    readers(1)
    later = now + timedelta(hours=2)
    campaign = scheduled(send_at=later)

    assert start_campaigns(now=later - timedelta(minutes=1)).campaigns == 0
    assert start_campaigns(now=later).campaigns == 1
    assert fresh(campaign).mailing.started_at == later


def test_a_moment_in_the_past_is_refused(now):
    readers(1)

    with pytest.raises(MomentPassed):
        scheduled(send_at=now - timedelta(minutes=1))


def test_an_audience_of_nobody_is_refused(now):
    make.member()

    with override("en"), pytest.raises(NobodyToMail, match="Nobody in this audience"):
        scheduled()
    with override("en"), pytest.raises(NobodyToMail, match="Nobody matches"):
        scheduled(Condition(Kind.LANGUAGE, among=("en",)))


def test_a_message_in_one_language_is_not_complete(now):
    readers(1)

    with pytest.raises(NotComplete):
        scheduled(content={"nl": make.CONTENT["nl"]})
    with pytest.raises(NotComplete):
        scheduled(audience_id=None)


def test_an_unknown_variable_is_not_complete(now):
    readers(1)
    broken = make.CONTENT | {"en": make.CONTENT["en"] | {"body": "Dear {nmae}"}}

    with pytest.raises(NotComplete, match="nmae"):
        scheduled(content=broken)


def test_a_large_campaign_takes_a_second_person(now):
    readers(3)
    second_person_above(2)
    campaign = scheduled()

    assert campaign.state == Campaign.State.WAITING
    assert start_campaigns(now=now).campaigns == 0

    approve(campaign)

    assert fresh(campaign).state == Campaign.State.SCHEDULED
    assert start_campaigns(now=now).campaigns == 1


def test_who_is_asked_sees_all_of_it_byte_for_byte(now):
    readers(3)
    second_person_above(2)

    asked = scheduled(DUTCH).approval.asked

    assert asked["content"] == make.CONTENT
    assert asked["sentences"]["en"] == "Members who read Dutch"
    assert (asked["counted"], asked["reachable"]) == (3, 3)


def test_nobody_approves_what_they_wrote_or_asked(now):
    readers(3)
    second_person_above(2)
    writer = make.staff(superuser=True)
    campaign = scheduled(by=writer)

    with pytest.raises(OwnRequest):
        approve(campaign, by=writer)

    other = marketer()
    mine = draft(by=writer)
    asked = schedule(mine, by=other)
    with pytest.raises(OwnCampaign):
        approve(asked, by=writer)


def test_nobody_approves_what_they_changed_last(now):
    readers(3)
    second_person_above(2)
    writer, changer = marketer(), make.staff(superuser=True)
    campaign = draft(by=writer)
    change_campaign(
        campaign_id=campaign.pk,
        draft=replace(draft_of(campaign), name="Summer"),
        seen=campaign.edition,
        staff_id=changer.pk,
        now=now,
    )
    asked = schedule(fresh(campaign), by=writer)

    with pytest.raises(OwnCampaign):
        approve(asked, by=changer)


def test_a_moment_that_passed_while_it_waited_is_not_approved(now):
    readers(3)
    second_person_above(2)
    campaign = scheduled(send_at=now + timedelta(hours=1))

    with pytest.raises(MomentPassed):
        approve(campaign, now=now + timedelta(hours=2))

    assert fresh(campaign).state == Campaign.State.WAITING


def test_who_approves_needs_both_rights(now):
    readers(3)
    second_person_above(2)
    campaign = scheduled()

    for right in ("campaigns.approve_campaign", "members.decide_approval"):
        with pytest.raises(MayNot):
            approve(campaign, by=make.staff_with(right))


def test_a_change_takes_the_approval_back(now):
    readers(3)
    second_person_above(2)
    writer = marketer()
    campaign = scheduled(by=writer)
    approve(campaign)
    campaign = fresh(campaign)

    change_campaign(
        campaign_id=campaign.pk,
        draft=replace(draft_of(campaign), name="Summer"),
        seen=campaign.edition,
        staff_id=writer.pk,
        now=now,
    )

    campaign = fresh(campaign)
    assert campaign.state == Campaign.State.DRAFT
    assert campaign.approval is None
    assert start_campaigns(now=now).campaigns == 0


def test_a_request_about_what_was_changed_cannot_be_approved(now):
    readers(3)
    second_person_above(2)
    writer = marketer()
    campaign = scheduled(by=writer)
    Campaign.objects.filter(pk=campaign.pk).update(name="Behind your back")

    with pytest.raises(NotWhatWasShown):
        approve(campaign)


def test_a_stale_edit_is_refused(now):
    writer = marketer()
    campaign = draft(by=writer)
    changes = {"campaign_id": campaign.pk, "draft": draft_of(campaign), "staff_id": writer.pk}

    change_campaign(**changes, seen=campaign.edition, now=now)

    with pytest.raises(ChangedSince):
        change_campaign(**changes, seen=campaign.edition, now=now)


def test_an_audience_that_changes_later_changes_nothing_that_is_scheduled(now):
    reached = readers(2)
    campaign = scheduled(DUTCH)
    save_audience(
        audience_id=campaign.audience_id,
        name="Other",
        conditions=[Condition(Kind.LANGUAGE, among=("en",))],
        seen=1,
        staff_id=campaign.drafted_by_id,
        now=now,
    )

    start_campaigns(now=now)

    assert Delivery.objects.count() == len(reached)
    assert fresh(campaign).sentences["en"] == "Members who read Dutch"


@pytest.mark.parametrize(
    ("before", "after", "is_more"),
    [(1000, 1101, True), (1000, 1100, False), (100, 201, True), (100, 200, False),
     (10_000, 10_500, False), (10_000, 11_001, True), (0, 101, True), (500, 400, False)],
)  # fmt: skip
def test_grown_is_by_more_than_a_hundred_and_a_tenth(before, after, is_more):
    assert grew(before=before, after=after) is is_more


def test_an_audience_that_grew_is_asked_about_again(now, monkeypatch):
    monkeypatch.setattr("campaigns.actions.scheduling.GREW_BY", 1)
    readers(3)
    second_person_above(2)
    campaign = scheduled()
    approve(campaign)
    readers(2)

    assert start_campaigns(now=now).held_back == 1

    campaign = fresh(campaign)
    assert (campaign.state, campaign.why) == (Campaign.State.WAITING, Campaign.Why.GREW)
    assert campaign.reachable == 5
    assert "5" in campaign.approval.reason

    approve(campaign)

    assert start_campaigns(now=now).campaigns == 1
    assert Delivery.objects.count() == 5


def test_one_that_grew_past_what_one_person_decides_is_asked_about(now):
    readers(2)
    second_person_above(2)
    campaign = scheduled()
    assert campaign.state == Campaign.State.SCHEDULED
    readers(1)

    start_campaigns(now=now)

    assert fresh(campaign).state == Campaign.State.WAITING


def test_one_whose_audience_is_gone_says_so_and_is_a_draft(now):
    (reader,) = readers(1)
    campaign = scheduled()
    make.consent(reader, given=False)

    assert start_campaigns(now=now).held_back == 1

    campaign = fresh(campaign)
    assert (campaign.state, campaign.why) == (Campaign.State.DRAFT, Campaign.Why.EMPTY)
    assert not Mailing.objects.exists()


def test_scheduling_twice_with_one_key_asks_once(now):
    readers(3)
    second_person_above(2)
    campaign, key = draft(), uuid4()

    first, again = (schedule(campaign, key=key) for _ in range(2))

    assert first.approval_id == again.approval_id
    assert Approval.objects.count() == 1


def test_a_refused_request_can_be_asked_again(now):
    readers(3)
    second_person_above(2)
    campaign = scheduled()
    Approval.objects.update(state="withdrawn", decided_by=campaign.drafted_by, decided_at=now)

    again = schedule(fresh(campaign))

    assert again.approval_id != campaign.approval_id
    assert again.approval.state == Approval.State.WAITING


def test_a_campaign_can_be_called_off_or_made_a_draft_before_it_leaves(now):
    readers(3)
    second_person_above(2)
    first, second = scheduled(), scheduled()

    cancel_campaign(campaign_id=first.pk, staff_id=first.drafted_by_id, now=now)
    unschedule_campaign(campaign_id=second.pk, staff_id=second.drafted_by_id, now=now)

    assert fresh(first).state == Campaign.State.CANCELLED
    assert fresh(second).state == Campaign.State.DRAFT
    assert not Approval.objects.filter(state=Approval.State.WAITING).exists()
    with pytest.raises(AlreadyOnItsWay):
        cancel_campaign(campaign_id=first.pk, staff_id=first.drafted_by_id, now=now)


def test_a_campaign_on_its_way_is_held_up_let_go_and_stopped(now):
    readers(3)
    campaign = scheduled()
    start_campaigns(now=now)
    by = {"campaign_id": campaign.pk, "staff_id": campaign.drafted_by_id, "now": now}

    pause_campaign(**by)
    assert fresh(campaign).mailing.state == Mailing.State.PAUSED
    resume_campaign(**by)
    assert fresh(campaign).mailing.state == Mailing.State.RUNNING
    stop_campaign(**by)
    assert fresh(campaign).mailing.state == Mailing.State.STOPPED

    stopped = Delivery.objects.filter(state="skipped", reason="stopped")
    assert stopped.count() == 3
    with pytest.raises(AlreadyOnItsWay):
        cancel_campaign(**by)


def test_a_copy_begins_as_a_draft(now):
    readers(1)
    campaign = scheduled(bonus_points=10)
    start_campaign(campaign_id=campaign.pk, now=now)

    made = copy_campaign(campaign_id=campaign.pk, staff_id=campaign.drafted_by_id, now=now)

    assert made.state == Campaign.State.DRAFT
    assert (made.content, made.bonus_points) == (campaign.content, 10)
    assert made.mailing is None


@pytest.mark.parametrize("act", [pause_campaign, resume_campaign, stop_campaign, cancel_campaign])
def test_who_may_not_send_may_not_touch_it(now, act):
    readers(1)
    campaign = scheduled()

    with pytest.raises(MayNot):
        act(campaign_id=campaign.pk, staff_id=make.staff().pk, now=now)
