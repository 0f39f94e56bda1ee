"""Builders of audiences and campaigns, through the real actions."""

from dataclasses import replace
from itertools import count
from uuid import uuid4

from campaigns.actions.audiences import save_audience
from campaigns.actions.drafts import Draft, draft_campaign
from campaigns.actions.scheduling import approve_mailing, schedule_campaign
from campaigns.models import Campaign
from mailroom.models import MailRules
from tests import make

_numbers = count(1)
DRAFTS = ("add_audience", "change_audience", "add_campaign", "change_campaign", "send_campaign")


def marketer(**fields):
    return make.staff_with(*(f"campaigns.{what}" for what in DRAFTS), **fields)


def approver(**fields):
    return make.staff_with("campaigns.approve_campaign", "members.decide_approval", **fields)


def audience(*conditions, by=None, now=make.NOW):
    return save_audience(
        audience_id=None,
        name=f"Audience {next(_numbers)}",
        conditions=conditions,
        seen=0,
        staff_id=(by or marketer()).pk,
        now=now,
    )


def readers(number=3, *, now=make.NOW, **fields):
    """Members who agreed to news."""
    made = [make.member(now=now, **fields) for _ in range(number)]
    for one in made:
        make.consent(one, now=now)
    return made


def draft(*conditions, by=None, now=make.NOW, **changes) -> Campaign:
    by = by or marketer()
    filled = Draft(
        name="Spring",
        topic="news",
        audience_id=audience(*conditions, by=by, now=now).pk,
        content=make.CONTENT,
    )
    return draft_campaign(draft=replace(filled, **changes), staff_id=by.pk, now=now)


def schedule(campaign, *, by=None, now=make.NOW, key=None) -> Campaign:
    return schedule_campaign(
        campaign_id=campaign.pk,
        seen=campaign.edition,
        reason="Spring is here",
        request_key=key or uuid4(),
        staff_id=(by or campaign.drafted_by).pk,
        now=now,
    )


def scheduled(*conditions, by=None, now=make.NOW, **changes) -> Campaign:
    return schedule(draft(*conditions, by=by, now=now, **changes), now=now)


def approve(campaign, *, by=None, now=make.NOW):
    request = campaign.approval
    return approve_mailing(
        approval_id=request.pk,
        digest=request.digest,
        staff_id=(by or approver()).pk,
        note="",
        now=now,
    )


def second_person_above(number):
    MailRules.objects.update_or_create(pk=1, defaults={"second_person_above": number})
