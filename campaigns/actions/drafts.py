"""Writing a campaign: what it says, to whom, when; what has left stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.actions.audiences import AudienceArchived, ChangedSince
from campaigns.models import Audience, Campaign
from members.actions.approval import settle
from members.actions.entitlement import staff_who_may
from members.models import Approval
from members.refusals import Refusal

ADD = "campaigns.add_campaign"
CHANGE = "campaigns.change_campaign"
LONGEST_NAME = 80
EMPTY = {"subject": "", "preheader": "", "body": "", "button": "", "address": ""}
Content = Mapping[str, Mapping[str, str]]


class AlreadyOnItsWay(Refusal):
    code = "campaign_on_its_way"


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that is filled in about a campaign; `send_at` empty is as soon as it may."""

    name: str
    topic: str
    audience_id: int | None
    content: Content
    send_at: datetime | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    pace: int | None = None
    bonus_points: int = 0


@transaction.atomic
def draft_campaign(*, draft: Draft, staff_id: int, now: datetime) -> Campaign:
    """Begin a campaign; nothing leaves before it is scheduled."""
    staff_who_may(staff_id=staff_id, permission=ADD)
    campaign = Campaign(drafted_by_id=staff_id, drafted_at=now, edition=0)
    return _fill(campaign, draft, staff_id)


@transaction.atomic
def change_campaign(
    *, campaign_id: int, draft: Draft, seen: int, staff_id: int, now: datetime
) -> Campaign:
    """
    Change what has not left yet; `seen` is the edition the editor had before them.

    What was asked, approved or scheduled is taken back: it is a draft again, since nobody
    approved what it says now. Refuses what is on its way.
    """
    staff_who_may(staff_id=staff_id, permission=CHANGE)
    campaign = locked_with_request(campaign_id=campaign_id)
    refuse_on_its_way(campaign=campaign)
    if campaign.edition != seen:
        raise ChangedSince(_("A colleague has changed this meanwhile; open it again and look."))
    back_to_draft(campaign=campaign, staff_id=staff_id, now=now)
    return _fill(campaign, draft, staff_id)


@transaction.atomic
def copy_campaign(*, campaign_id: int, staff_id: int, now: datetime) -> Campaign:
    """Begin a campaign with what an earlier one said, to the same audience."""
    staff_who_may(staff_id=staff_id, permission=ADD)
    original = Campaign.objects.select_related("audience").get(pk=campaign_id)
    audience = original.audience
    return Campaign.objects.create(
        name=original.name,
        topic=original.topic,
        content=original.content,
        audience=None if audience is None or audience.is_archived else audience,
        quiet_from=original.quiet_from,
        quiet_until=original.quiet_until,
        pace=original.pace,
        bonus_points=original.bonus_points,
        drafted_by_id=staff_id,
        changed_by_id=staff_id,
        drafted_at=now,
    )


def locked_with_request(*, campaign_id: int) -> Campaign:
    """Lock a campaign, and before it the request about it, as whoever decides that does."""
    asked = Campaign.objects.values_list("approval_id", flat=True).get(pk=campaign_id)
    if asked is not None:
        Approval.objects.lock(asked)
    campaign = Campaign.objects.lock(campaign_id)
    if campaign.approval_id != asked:
        raise ChangedSince(_("A colleague has changed this meanwhile; open it again and look."))
    return campaign


def refuse_on_its_way(*, campaign: Campaign) -> None:
    if campaign.state == Campaign.State.SENDING:
        raise AlreadyOnItsWay(_("This campaign is on its way; it stays as it is."))
    if campaign.state == Campaign.State.CANCELLED:
        raise AlreadyOnItsWay(_("This campaign was called off; copy it to use it again."))


def back_to_draft(*, campaign: Campaign, staff_id: int, now: datetime) -> None:
    """Take back what was asked, approved and frozen; the caller has locked it, and saves."""
    drop_request(campaign=campaign, staff_id=staff_id, now=now)
    campaign.state, campaign.why = Campaign.State.DRAFT, ""
    campaign.conditions = campaign.sentences = None
    campaign.counted = campaign.reachable = None
    campaign.scheduled_by_id = None


def drop_request(*, campaign: Campaign, staff_id: int, now: datetime) -> None:
    """Let go of the request; one that nobody has decided is withdrawn."""
    if campaign.approval_id is None:
        return
    approval = Approval.objects.get(pk=campaign.approval_id)
    if approval.state == Approval.State.WAITING:
        settle(
            approval=approval,
            state=Approval.State.WITHDRAWN,
            staff_id=staff_id,
            note="",
            now=now,
        )
    campaign.approval = None


def _fill(campaign: Campaign, draft: Draft, staff_id: int) -> Campaign:
    if draft.audience_id is not None:
        audience = Audience.objects.get(pk=draft.audience_id)
        if audience.is_archived and campaign.audience_id != audience.pk:
            raise AudienceArchived(_("This audience is put away; take it back first."))
    campaign.name, campaign.topic = draft.name, draft.topic
    campaign.audience_id = draft.audience_id
    campaign.content = {language: EMPTY | dict(words) for language, words in draft.content.items()}
    campaign.send_at, campaign.pace = draft.send_at, draft.pace
    campaign.quiet_from, campaign.quiet_until = draft.quiet_from, draft.quiet_until
    campaign.bonus_points = draft.bonus_points
    campaign.changed_by_id = staff_id
    campaign.edition += 1
    campaign.save()
    return campaign
