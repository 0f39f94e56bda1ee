"""From a draft to a campaign that leaves by itself: frozen, and approved by two if it is large."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from campaigns.actions.drafts import (
    back_to_draft,
    drop_request,
    locked_with_request,
    refuse_on_its_way,
)
from campaigns.conditions import as_json
from campaigns.models import Campaign
from campaigns.reports.audience_words import sentences
from campaigns.reports.headcount import Headcount, headcount
from campaigns.reports.message import faults_of
from mailroom.models import MailRules
from members.actions.approval import (
    NotWhatWasShown,
    ask_second_person,
    open_for_decision,
    settle,
)
from members.actions.entitlement import staff_who_may
from members.models import Approval, User
from members.refusals import Refusal

SEND = "campaigns.send_campaign"
APPROVE = "campaigns.approve_campaign"
GREW_BY, GREW_SHARE = 100, 10
"""Grown by more people than the one and by a larger part than one in the other: asked again."""


class NotComplete(Refusal):
    code = "campaign_not_complete"


class NobodyToMail(Refusal):
    code = "nobody_to_mail"


class MomentPassed(Refusal):
    code = "moment_passed"


class AlreadyScheduled(Refusal):
    code = "already_scheduled"


class OwnCampaign(Refusal):
    code = "own_campaign"


class CampaignNotScheduled(Refusal):
    code = "campaign_not_scheduled"


@transaction.atomic
def schedule_campaign(
    *,
    campaign_id: int,
    seen: int,
    reason: str,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Campaign:
    """
    Freeze a draft as it is and let it leave at its moment, or ask a colleague first.

    A colleague decides where more may be mailed than `MailRules.second_person_above`. Refuses
    what is not complete, a moment that has passed, and an audience of which nobody may be
    mailed. The same request key schedules once.
    """
    staff_who_may(staff_id=staff_id, permission=SEND)
    campaign = locked_with_request(campaign_id=campaign_id)
    if Approval.objects.filter(request_key=request_key).exists():
        return campaign
    refuse_on_its_way(campaign=campaign)
    if campaign.state != Campaign.State.DRAFT and not _may_ask_again(campaign, now):
        raise AlreadyScheduled(_("This campaign has been scheduled already."))
    if campaign.edition != seen:
        raise NotWhatWasShown(_("This is not what you were shown; read it again."))
    _refuse_incomplete(campaign, now)
    counts = freeze(campaign=campaign, staff_id=staff_id, now=now)
    if counts.reachable > MailRules.current().second_person_above:
        ask_about(campaign=campaign, why=Campaign.Why.MANY, reason=reason, key=request_key, now=now)
    campaign.save()
    return campaign


@transaction.atomic
def approve_mailing(
    *, approval_id: int, digest: str, staff_id: int, note: str, now: datetime
) -> Approval:
    """
    Let a colleague's campaign leave exactly as it was shown.

    Refuses as `open_for_decision` does; who drafted or last changed it; and where it is not, to
    the letter, what was asked, or its moment has passed.
    """
    approval = open_for_decision(approval_id=approval_id, digest=digest, staff_id=staff_id, now=now)
    staff_who_may(staff_id=staff_id, permission=APPROVE)
    staff_who_may(staff_id=approval.asked_by_id, permission=SEND)
    campaign = Campaign.objects.lock(int(approval.asked["campaign"]))
    if staff_id in (campaign.drafted_by_id, campaign.changed_by_id):
        raise OwnCampaign(_("Nobody approves a campaign they wrote themselves."))
    is_asked = campaign.state == Campaign.State.WAITING and campaign.approval_id == approval.pk
    if not is_asked or approval.asked != as_asked(campaign=campaign):
        raise NotWhatWasShown(_("This is not what you were shown; read the request again."))
    if campaign.why != Campaign.Why.GREW and _has_passed(campaign, now):
        raise MomentPassed(
            _(
                "The moment on which it was to leave has passed; your colleague has to choose another."
            )
        )
    campaign.state, campaign.why = Campaign.State.SCHEDULED, ""
    campaign.save(update_fields=["state", "why"])
    return settle(
        approval=approval, state=Approval.State.APPROVED, staff_id=staff_id, note=note, now=now
    )


@transaction.atomic
def unschedule_campaign(*, campaign_id: int, staff_id: int, now: datetime) -> Campaign:
    """Make a scheduled campaign, or one that waits for a colleague, a draft again."""
    staff_who_may(staff_id=staff_id, permission=SEND)
    campaign = locked_with_request(campaign_id=campaign_id)
    refuse_on_its_way(campaign=campaign)
    if campaign.state == Campaign.State.DRAFT:
        raise CampaignNotScheduled(_("This campaign is a draft; nothing leaves."))
    back_to_draft(campaign=campaign, staff_id=staff_id, now=now)
    campaign.edition += 1
    campaign.save()
    return campaign


@transaction.atomic
def cancel_campaign(*, campaign_id: int, staff_id: int, now: datetime) -> Campaign:
    """Call a campaign off before anything has left; it stays to be read and copied."""
    staff_who_may(staff_id=staff_id, permission=SEND)
    campaign = locked_with_request(campaign_id=campaign_id)
    refuse_on_its_way(campaign=campaign)
    drop_request(campaign=campaign, staff_id=staff_id, now=now)
    campaign.state, campaign.why = Campaign.State.CANCELLED, ""
    campaign.save()
    return campaign


def freeze(*, campaign: Campaign, staff_id: int, now: datetime) -> Headcount:
    """Write whom it is for and how many that are into a campaign the caller has locked."""
    if campaign.audience is None:
        raise NotComplete(_("Choose whom it is for."))
    conditions = campaign.audience.parsed()
    counts = headcount(conditions, topic=campaign.topic, at=now)
    if counts.is_nobody:
        raise NobodyToMail(_("Nobody matches this audience, so there is nobody to mail."))
    if counts.reachable == 0:
        raise NobodyToMail(_("Nobody in this audience may be mailed about this."))
    campaign.conditions = as_json(conditions)
    campaign.sentences = sentences(conditions)
    campaign.counted, campaign.reachable = counts.members, counts.reachable
    campaign.scheduled_by = User.objects.get(pk=staff_id)
    campaign.state, campaign.why = Campaign.State.SCHEDULED, ""
    campaign.approval = None
    return counts


def ask_about(
    *, campaign: Campaign, why: Campaign.Why, reason: str, key: UUID, now: datetime
) -> None:
    """Ask a colleague in the name of who scheduled it; the caller has locked it, and saves."""
    campaign.state, campaign.why = Campaign.State.WAITING, why
    campaign.approval = ask_second_person(
        kind=Approval.Kind.MAILING,
        member_id=None,
        asked=as_asked(campaign=campaign),
        reason=reason,
        request_key=key,
        staff_id=int(campaign.scheduled_by_id or 0),
        now=now,
    )


def as_asked(*, campaign: Campaign) -> dict[str, Any]:
    """Write down what is asked: all it says, to whom in words and in figures, and when."""
    return {
        "campaign": campaign.pk,
        "edition": campaign.edition,
        "name": campaign.name,
        "topic": campaign.topic,
        "content": campaign.content,
        "conditions": campaign.conditions,
        "sentences": campaign.sentences,
        "counted": campaign.counted,
        "reachable": campaign.reachable,
        "send_at": None if campaign.send_at is None else campaign.send_at.isoformat(),
        "quiet": [
            None if end is None else end.isoformat()
            for end in (campaign.quiet_from, campaign.quiet_until)
        ],
        "pace": campaign.pace,
        "bonus_points": campaign.bonus_points,
        "why": campaign.why,
    }


def grew(*, before: int, after: int) -> bool:
    """Whether an audience has become so much larger that another one was approved."""
    more = after - before
    return more > GREW_BY and more * GREW_SHARE > before


def growth_in_words(*, before: int, after: int, language: str) -> str:
    """Say to a colleague why it is asked again."""
    with override(language):
        return gettext("It was approved for %(before)s readers and has %(after)s by now.") % {
            "before": before,
            "after": after,
        }


def _may_ask_again(campaign: Campaign, now: datetime) -> bool:
    """A request that was refused, withdrawn or left to expire can be asked anew."""
    if campaign.state != Campaign.State.WAITING or campaign.approval is None:
        return False
    return not campaign.approval.is_open(now)


def _refuse_incomplete(campaign: Campaign, now: datetime) -> None:
    if campaign.audience is None:
        raise NotComplete(_("Choose whom it is for."))
    faults = faults_of(campaign.content)
    if faults:
        raise NotComplete(_("The message is not ready: %(fault)s") % {"fault": faults[0].words})
    if _has_passed(campaign, now):
        raise MomentPassed(
            _("The moment on which it leaves lies in the past; choose one to come, or none.")
        )


def _has_passed(campaign: Campaign, now: datetime) -> bool:
    return campaign.send_at is not None and campaign.send_at <= now
