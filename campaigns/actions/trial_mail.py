"""A campaign's message, sent to who writes it before anybody else gets it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.actions.drafts import CHANGE
from campaigns.models import Campaign
from campaigns.reports.message import shown_to
from mailroom.actions.posting import post_letter
from mailroom.models import Letter
from members.actions.entitlement import staff_who_may
from members.refusals import Refusal


class NoWords(Refusal):
    code = "no_words"


@transaction.atomic
def send_trial(
    *, campaign_id: int, language: str, request_key: UUID, staff_id: int, now: datetime
) -> Letter:
    """
    Send the message, filled with examples, to the address of who asks.

    Its links to stop mail lead nowhere. The same request key sends once.
    """
    staff = staff_who_may(staff_id=staff_id, permission=CHANGE)
    campaign = Campaign.objects.get(pk=campaign_id)
    if not campaign.content.get(language, {}).get("subject", "").strip():
        raise NoWords(_("There is no message in this language yet."))
    shown = shown_to(
        campaign.content, language=language, topic=campaign.topic, member=None, now=now
    )
    return post_letter(
        key=f"trial:{request_key}",
        to=staff.email,
        language=language,
        subject=shown.subject,
        text=shown.text,
        html=shown.html,
        now=now,
    )
