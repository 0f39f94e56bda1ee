"""Campaigns on their way: begun when their moment has come, held up, resumed, stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.actions.scheduling import SEND, ask_about, grew, growth_in_words
from campaigns.audience_sql import audience
from campaigns.models import Campaign
from campaigns.reports.headcount import Headcount, headcount
from mailroom.actions.deliveries import leave_delivery, send_delivery_again
from mailroom.actions.mailings import (
    add_recipients,
    open_mailing,
    pause_mailing,
    resume_mailing,
    start_mailing,
    stop_mailing,
)
from mailroom.models import Delivery, Mailing, MailRules
from members.actions.entitlement import staff_who_may
from members.models import Approval, User
from members.refusals import Refusal
from points.program_cache import program_zone

log = structlog.get_logger("klaver.campaigns")


class NotOnItsWay(Refusal):
    code = "campaign_not_on_its_way"


@dataclass(frozen=True, slots=True)
class Started:
    """How many campaigns left, to how many members, and how many were held back."""

    campaigns: int = 0
    members: int = 0
    held_back: int = 0


def start_campaigns(*, now: datetime) -> Started:
    """
    Let every campaign leave whose moment has come; each by itself, and each once.

    A crash leaves a campaign as it was, and the next run starts it.
    """
    campaigns = members = held_back = 0
    for pk in list(Campaign.objects.due(now).order_by("pk").values_list("pk", flat=True)):
        added = start_campaign(campaign_id=pk, now=now)
        if added is None:
            held_back += 1
        else:
            campaigns, members = campaigns + 1, members + added
    return Started(campaigns, members, held_back)


@transaction.atomic
def start_campaign(*, campaign_id: int, now: datetime) -> int | None:
    """
    Put everybody who matches now on the list and let it leave; return how many that are.

    None where it does not leave: somebody was first, nobody matches any more, or so many
    more may be mailed than were approved that a colleague is asked again.
    """
    campaign = Campaign.objects.lock(campaign_id)
    if not Campaign.objects.due(now).filter(pk=campaign_id).exists():
        return None
    conditions = campaign.parsed()
    counts = headcount(conditions, topic=campaign.topic, at=now)
    if counts.reachable == 0:
        _hold_back(campaign, Campaign.Why.EMPTY)
        return None
    if _needs_another_look(campaign, counts.reachable):
        _ask_again(campaign, counts, now)
        return None
    mailing = open_mailing(
        key=campaign.mailing_key,
        topic=campaign.topic,
        content=campaign.content,
        pace=campaign.pace,
        quiet_from=campaign.quiet_from,
        quiet_until=campaign.quiet_until,
        now=now,
    )
    readers = audience(conditions, at=now, zone=program_zone()).order_by()
    added = add_recipients(mailing_id=mailing.pk, members=readers, now=now)
    start_mailing(mailing_id=mailing.pk, now=now)
    campaign.mailing, campaign.state = mailing, Campaign.State.SENDING
    campaign.counted, campaign.reachable = counts.members, counts.reachable
    campaign.save(update_fields=["mailing", "state", "counted", "reachable"])
    return added


@transaction.atomic
def hold_restored_campaigns() -> int:
    """
    Let nothing leave of what a backup says is still to leave: it may have left since.

    Each is a draft again, for somebody to look whether it went out; returns how many.
    """
    to_come = Campaign.objects.filter(
        state__in=[Campaign.State.WAITING, Campaign.State.SCHEDULED]
    ).order_by("pk")
    held = list(to_come.select_for_update(of=("self",)))
    for campaign in held:
        _hold_back(campaign, Campaign.Why.RESTORED)
    return len(held)


@transaction.atomic
def pause_campaign(*, campaign_id: int, staff_id: int, now: datetime) -> Campaign:
    """Hold a campaign up; what is leaving at this moment still does."""
    return _on_its_way(campaign_id, staff_id, now, pause_mailing)


@transaction.atomic
def resume_campaign(*, campaign_id: int, staff_id: int, now: datetime) -> Campaign:
    """Let a campaign go on where it was held up."""
    return _on_its_way(campaign_id, staff_id, now, resume_mailing)


@transaction.atomic
def stop_campaign(*, campaign_id: int, staff_id: int, now: datetime) -> Campaign:
    """End a campaign for good: who has not been mailed will not be."""
    return _on_its_way(campaign_id, staff_id, now, stop_mailing)


@transaction.atomic
def settle_doubt(
    *, campaign_id: int, delivery_id: int, again: bool, staff_id: int, now: datetime
) -> Delivery:
    """
    Say of one mail, of which nobody knew or which failed, that it goes once more or stays as it is.

    Refuses what is of another campaign, and what `send_delivery_again` and `leave_delivery` do.
    """
    staff_who_may(staff_id=staff_id, permission=SEND)
    campaign = Campaign.objects.lock(campaign_id)
    is_ours = Delivery.objects.filter(pk=delivery_id, mailing=campaign.mailing_id).exists()
    if campaign.mailing_id is None or not is_ours:
        raise NotOnItsWay(_("This mail is not of this campaign."))
    settle = send_delivery_again if again else leave_delivery
    return settle(delivery_id=delivery_id, now=now)


def _on_its_way(
    campaign_id: int, staff_id: int, now: datetime, move: Callable[..., Mailing]
) -> Campaign:
    staff_who_may(staff_id=staff_id, permission=SEND)
    campaign = Campaign.objects.lock(campaign_id)
    if campaign.mailing_id is None:
        raise NotOnItsWay(_("This campaign is not on its way."))
    move(mailing_id=campaign.mailing_id, now=now)
    return campaign


def _hold_back(campaign: Campaign, why: Campaign.Why) -> None:
    """Make it a draft again that says why; nobody is told by a failing job every minute."""
    campaign.state, campaign.why = Campaign.State.DRAFT, why
    campaign.approval = campaign.conditions = campaign.sentences = None
    campaign.edition += 1
    campaign.save()
    log.warning("campaign held back", campaign=campaign.pk, why=why.value)


def _ask_again(campaign: Campaign, counts: Headcount, now: datetime) -> None:
    """Ask a colleague anew, in the name of who scheduled it and in their language."""
    asker = campaign.scheduled_by
    reason = growth_in_words(
        before=campaign.reachable or 0,
        after=counts.reachable,
        language=asker.language if asker is not None else User.Language.DUTCH,
    )
    campaign.counted, campaign.reachable = counts.members, counts.reachable
    ask_about(campaign=campaign, why=Campaign.Why.GREW, reason=reason, key=uuid4(), now=now)
    campaign.save()


def _needs_another_look(campaign: Campaign, reachable: int) -> bool:
    """Whether more may be mailed than one person decides, and than anybody approved."""
    if reachable <= MailRules.current().second_person_above:
        return False
    approved = campaign.approval is not None and campaign.approval.state == Approval.State.APPROVED
    return not approved or grew(before=campaign.reachable or 0, after=reachable)
