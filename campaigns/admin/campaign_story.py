"""What the page of a campaign tells, step by step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.actions.drafts import EMPTY, Draft
from campaigns.models import Campaign
from campaigns.models.campaign import LANGUAGES
from campaigns.reports.audience_words import sentence
from campaigns.reports.message import faults_of
from mailroom.models import Mailing
from members.models import Approval
from points.reports.wording import points_text, whole

SECONDS_BETWEEN_LOOKS = 3
MOVES = (Mailing.State.FILLING, Mailing.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Step:
    """One step before it leaves: what, whether it is there, and what it says."""

    title: str
    is_done: bool
    lines: list[str]


def story(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """Return what the page shows besides its figures."""
    faults = faults_of(campaign.content)
    steps = [_who(campaign), _what(campaign, is_done=not faults), _when(campaign)]
    mailing = campaign.mailing
    moves = mailing is not None and mailing.state in MOVES
    return {
        "steps": steps,
        "messages_shown": [
            (language, campaign.content.get(language, EMPTY)) for language in LANGUAGES
        ],
        "is_ready": campaign.is_draft and all(step.is_done for step in steps),
        "is_refused": _is_refused(campaign, now),
        "told": _told(campaign, now),
        "is_paused": mailing is not None and mailing.state == Mailing.State.PAUSED,
        "is_running": moves,
        "wait": SECONDS_BETWEEN_LOOKS if moves or campaign.state == Campaign.State.SCHEDULED else 0,
    }


def whom(campaign: Campaign) -> str:
    """Say whom it is for: as it was frozen, or as its audience reads now."""
    if campaign.sentences:
        kept: str = campaign.sentences.get(get_language() or "nl", campaign.sentences["nl"])
        return kept
    return sentence(campaign.parsed()) if campaign.audience is not None else "–"


def draft_of(campaign: Campaign) -> Draft:
    """Return a campaign as the form would save it."""
    return Draft(
        name=campaign.name,
        topic=campaign.topic,
        audience_id=campaign.audience_id,
        content=campaign.content,
        send_at=campaign.send_at,
        quiet_from=campaign.quiet_from,
        quiet_until=campaign.quiet_until,
        pace=campaign.pace,
        bonus_points=campaign.bonus_points,
    )


def _who(campaign: Campaign) -> Step:
    if campaign.audience is None:
        return Step(_("Who"), is_done=False, lines=[_("Nobody is chosen yet.")])
    lines = [whom(campaign)]
    if campaign.counted is not None and campaign.reachable is not None:
        lines.append(
            _("%(members)s members, of whom %(readers)s may be mailed about: %(topic)s.")
            % {
                "members": whole(campaign.counted),
                "readers": whole(campaign.reachable),
                "topic": campaign.get_topic_display(),
            }
        )
    else:
        lines.append(
            _("Only who said yes to mail about: %(topic)s.")
            % {"topic": campaign.get_topic_display()}
        )
    return Step(_("Who"), is_done=True, lines=lines)


def _what(campaign: Campaign, *, is_done: bool) -> Step:
    subjects = [
        _("%(language)s: %(subject)s") % {"language": language.upper(), "subject": subject}
        for language in LANGUAGES
        if (subject := campaign.content.get(language, {}).get("subject"))
    ]
    if not is_done:
        subjects.append(_("The message is not ready in both languages."))
    if campaign.bonus_points:
        subjects.append(
            _("Who gets it gets %(points)s.") % {"points": points_text(campaign.bonus_points)}
        )
    return Step(_("What"), is_done=is_done, lines=subjects)


def _when(campaign: Campaign) -> Step:
    lines = [_("As soon as it is scheduled.")]
    if campaign.send_at is not None:
        at = date_format(timezone.localtime(campaign.send_at), "SHORT_DATETIME_FORMAT")
        lines = [_("On %(moment)s.") % {"moment": at}]
    if campaign.quiet_from and campaign.quiet_until:
        lines.append(
            _("Nothing leaves from %(first)s until %(last)s.")
            % {
                "first": time_format(campaign.quiet_from, "H:i"),
                "last": time_format(campaign.quiet_until, "H:i"),
            }
        )
    if campaign.pace:
        lines.append(_("At most %(pace)s mails a minute.") % {"pace": whole(campaign.pace)})
    return Step(_("When"), is_done=True, lines=lines)


def _is_refused(campaign: Campaign, now: datetime) -> bool:
    """Whether it waits for nobody any more: the request was refused, withdrawn or expired."""
    if campaign.state != Campaign.State.WAITING or campaign.approval is None:
        return False
    return not campaign.approval.is_open(now)


def _told(campaign: Campaign, now: datetime) -> str:
    """Say in a sentence where it stands, where the state alone says too little."""
    if campaign.why == Campaign.Why.EMPTY:
        return _("It did not leave: when its moment came nobody matched who may be mailed.")
    if campaign.why == Campaign.Why.RESTORED:
        return _("A backup was put back: look in the mail server's log whether it left since.")
    if campaign.state == Campaign.State.WAITING and campaign.approval is not None:
        return _waiting(campaign, campaign.approval, now)
    if campaign.mailing is not None and campaign.mailing.fault:
        return campaign.mailing.fault
    if campaign.state == Campaign.State.SCHEDULED and campaign.send_at is None:
        return _("It leaves within a minute.")
    return ""


def _waiting(campaign: Campaign, approval: Approval, now: datetime) -> str:
    if approval.state == Approval.State.REFUSED:
        who = approval.decided_by.get_full_name() if approval.decided_by else "–"
        return _("%(who)s refused it: %(note)s") % {"who": who, "note": approval.note}
    if not approval.is_open(now):
        return _("The request has lapsed; ask again.")
    if campaign.why == Campaign.Why.GREW:
        return approval.reason
    return _("It goes to more members than one person may decide; a colleague has to approve it.")
