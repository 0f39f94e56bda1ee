"""A campaign as a second person reads it: exactly what would leave, to whom and when."""

from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.actions.scheduling import APPROVE
from campaigns.models import Campaign
from campaigns.models.campaign import LANGUAGES
from members.models import Approval, Consent, User
from points.reports.wording import points_text, whole


def mailing_sentence(approval: Approval) -> str:
    """Say what is asked in a few words."""
    asked = approval.asked
    words = _("send %(name)s to %(readers)s members")
    return words % {"name": asked["name"], "readers": whole(asked["reachable"])}


def mailing_facts(approval: Approval) -> dict[str, Any]:
    """What a second person reads, from the request itself and not from what stands now."""
    asked = approval.asked
    sentences = asked["sentences"]
    return {
        "mailing": {
            "name": asked["name"],
            "campaign": Campaign.objects.filter(pk=asked["campaign"]).first(),
            "readers": whole(asked["reachable"]),
            "facts": [
                (_("Whom it is for"), sentences.get(get_language() or "nl", sentences["nl"])),
                (_("Members who match"), whole(asked["counted"])),
                (_("Of them may be mailed"), whole(asked["reachable"])),
                (_("Topic"), str(Consent.Topic(asked["topic"]).label)),
                (_("When"), _when(asked)),
                *_more(asked),
            ],
            "words": [(language, asked["content"].get(language, {})) for language in LANGUAGES],
            "has_grown": asked["why"] == Campaign.Why.GREW,
        }
    }


def mailing_hindrance(approval: Approval, reader: User) -> str:
    """Why this reader cannot approve it, beside what keeps them from any request."""
    if not reader.has_perm(APPROVE):
        return _("It waits for a colleague who may approve campaigns.")
    campaign = Campaign.objects.filter(pk=approval.asked["campaign"]).first()
    if campaign is not None and reader.pk in (campaign.drafted_by_id, campaign.changed_by_id):
        return _("You wrote this campaign yourself; a colleague decides.")
    return ""


def _when(asked: dict[str, Any]) -> str:
    if asked["send_at"] is None:
        return _("as soon as it is approved")
    at = timezone.localtime(datetime.fromisoformat(asked["send_at"]))
    return date_format(at, "SHORT_DATETIME_FORMAT")


def _more(asked: dict[str, Any]) -> list[tuple[str, str]]:
    more = []
    first, last = asked["quiet"]
    if first is not None:
        ends = (time_format(time.fromisoformat(end), "H:i") for end in (first, last))
        more.append((_("Nothing leaves"), " – ".join(ends)))
    if asked["pace"]:
        more.append((_("Mails a minute at most"), whole(asked["pace"])))
    if asked["bonus_points"]:
        more.append((_("Who gets it gets"), points_text(asked["bonus_points"])))
    return more
