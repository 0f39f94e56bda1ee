"""How far a campaign is, in words: from the tallies and what has just left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from mailroom.models import Delivery, Mailing, Tally
from mailroom.reports.mailings import progress_of
from members.models import Consent
from points.reports.wording import points_text, whole

SETTLED = (
    Delivery.State.SENT,
    Delivery.State.FAILED,
    Delivery.State.UNKNOWN,
    Delivery.State.SKIPPED,
)
MINUTE, HOUR = 60, 3600
WIDTH = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A state, or one reason of it: how many, and its share of a bar a thousand wide."""

    state: str
    reason: str
    words: str
    number: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page shows of a campaign on its way; `unknown` are those nobody looked at yet."""

    total: str
    settled: str
    sent: str
    percent: int
    rate: str
    left: str
    parts: tuple[Part, ...]
    unknown: int
    unknown_text: str
    stopped_mail: str
    bonus: str
    is_over: bool


def progress(campaign: Campaign, now: datetime) -> Progress | None:
    """Return how far a campaign is, in a few narrow queries; None before it leaves."""
    mailing = campaign.mailing
    if mailing is None:
        return None
    far = progress_of(mailing, now=now)
    return Progress(
        total=whole(far.total),
        settled=whole(far.settled),
        sent=whole(far.sent),
        percent=far.percent,
        rate=_rate(far.rate),
        left="" if far.left is None else _left(far.left),
        parts=parts_of(mailing.pk),
        unknown=far.in_doubt,
        unknown_text=whole(far.in_doubt),
        stopped_mail=_stopped_mail(mailing),
        bonus=_bonus(campaign),
        is_over=mailing.state in (Mailing.State.DONE, Mailing.State.STOPPED),
    )


def parts_of(mailing_id: int) -> tuple[Part, ...]:
    """Return the bar of a mailing: what is settled first, what is still to come last."""
    tallies = Tally.objects.filter(mailing=mailing_id, count__gt=0)
    counts = {(tally.state, tally.reason): tally.count for tally in tallies}
    total = sum(counts.values())
    states = [state.value for state in Delivery.State]
    order = sorted(states, key=lambda state: (state not in SETTLED, states.index(state)))
    parts, x = [], 0
    for state, reason in sorted(counts, key=lambda one: (order.index(one[0]), one[1])):
        number = counts[state, reason]
        width = max(2, number * WIDTH // total)
        parts.append(Part(state, reason, part_words(state, reason), whole(number), x, width))
        x += width
    return tuple(parts)


def part_words(state: str, reason: str) -> str:
    """Say what became of a delivery, with the reason if there is one."""
    if reason:
        return str(Delivery.Reason(reason).label)
    return str(Delivery.State(state).label)


def _rate(a_minute: int) -> str:
    if not a_minute:
        return ""
    return ngettext("%(rate)s a minute", "%(rate)s a minute", a_minute) % {"rate": whole(a_minute)}


def _left(left: timedelta) -> str:
    seconds = left.total_seconds()
    if seconds < MINUTE:
        return _("less than a minute left")
    if seconds < HOUR:
        minutes = round(seconds / MINUTE)
        return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {
            "count": whole(minutes)
        }
    hours = round(seconds / HOUR)
    return ngettext("about %(count)s hour left", "about %(count)s hours left", hours) % {
        "count": whole(hours)
    }


def _stopped_mail(mailing: Mailing) -> str:
    return whole(Consent.objects.stopped_by(mailing.pk))


def _bonus(campaign: Campaign) -> str:
    if not campaign.bonus_points:
        return ""
    words = ngettext(
        "%(count)s member got %(points)s",
        "%(count)s members got %(points)s each",
        campaign.bonus_given,
    )
    return words % {
        "count": whole(campaign.bonus_given),
        "points": points_text(campaign.bonus_points),
    }
