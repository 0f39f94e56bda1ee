"""What Marktzicht's members want to be mailed, and what it mails them."""

import tomllib
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from campaigns.actions.audiences import save_audience
from campaigns.actions.drafts import Draft, draft_campaign
from campaigns.actions.scheduling import schedule_campaign
from campaigns.conditions import conditions_of
from campaigns.models import Audience, Campaign
from loyalty_site.demo.logins import login_in
from members.actions.consent import record_consent
from members.models import Consent, Member
from members.refusals import Refusal

WRITTEN = tomllib.loads((Path(__file__).parent / "campaigns.toml").read_text("utf-8"))
ASKED = "Mogen we je nieuws en aanbiedingen mailen?"
PROOF = "Inschrijfformulier in de winkel"
ONE_SAYS_NO = 4
OPENED = timedelta(days=36)
A_WEEK = timedelta(days=7)
KEYS = (
    UUID("6a3c4f4e-9b0e-4b36-8a52-6f0f5f3f7a11"),
    UUID("6a3c4f4e-9b0e-4b36-8a52-6f0f5f3f7a12"),
)


def write_campaigns(now: datetime) -> None:
    """Ask everybody once, and write the campaigns unless somebody has written any."""
    answer_for_members(now - OPENED)
    if Campaign.objects.exists() or Audience.objects.exists():
        return
    staff_id = login_in("marketing").pk
    audiences = {
        entry["name"]: save_audience(
            audience_id=None,
            name=entry["name"],
            conditions=conditions_of(entry["conditions"]),
            seen=0,
            staff_id=staff_id,
            now=now,
        ).pk
        for entry in WRITTEN["audience"]
    }
    for key, entry in zip(KEYS, WRITTEN["campaign"], strict=True):
        campaign = draft_campaign(draft=draft_of(entry, audiences, now), staff_id=staff_id, now=now)
        # A demo of a few households may have nobody to mail: then it stays a draft.
        with suppress(Refusal):
            schedule_campaign(
                campaign_id=campaign.pk,
                seen=campaign.edition,
                reason="",
                request_key=key,
                staff_id=staff_id,
                now=now,
            )


def draft_of(entry: dict[str, Any], audiences: dict[str, int], now: datetime) -> Draft:
    return Draft(
        name=entry["name"],
        topic=Consent.Topic.NEWS,
        audience_id=audiences[entry["audience"]],
        content={language: entry[language] for language in ("nl", "en")},
        send_at=now + A_WEEK if entry["leaves"] == "next week" else None,
        bonus_points=entry.get("bonus_points", 0),
    )


def answer_for_members(at: datetime) -> None:
    """Write down what members of the shop said on paper; three of four said yes."""
    silent = (
        Member.objects.taking_part()
        .filter(email__isnull=False, consents__isnull=True)
        .order_by("pk")
    )
    for number, member in enumerate(silent):
        record_consent(
            member_id=member.pk,
            topic=Consent.Topic.NEWS,
            channel=Consent.Channel.EMAIL,
            given=number % ONE_SAYS_NO != ONE_SAYS_NO - 1,
            how=Consent.How.IMPORT,
            wording=ASKED,
            proof=PROOF,
            now=at,
        )
