"""How far a campaign is: from the tallies alone, however many deliveries there are."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from mailroom.models import Delivery, Mailing, Tally
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
    """What a page shows of a campaign on its way."""

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
    """Return how far a campaign is, in two queries; None before it leaves."""
    mailing = campaign.mailing
    if mailing is None:
        return None
    counts = Counter(
        {
            (tally.state, tally.reason): tally.count
            for tally in Tally.objects.filter(mailing=mailing, count__gt=0)
        }
    )
    total = sum(counts.values())
    settled = sum(number for (state, _why), number in counts.items() if state in SETTLED)
    by_state = Counter[str]()
    for (state, _why), number in counts.items():
        by_state[state] += number
    is_over = mailing.state in (Mailing.State.DONE, Mailing.State.STOPPED)
    speed = None if is_over else _speed(mailing, settled, now)
    return Progress(
        total=whole(total),
        settled=whole(settled),
        sent=whole(by_state[Delivery.State.SENT]),
        percent=100 if total == 0 else settled * 100 // total,
        rate=_rate(speed),
        left=_left(speed, total - settled) if mailing.state == Mailing.State.RUNNING else "",
        parts=_parts(counts, total),
        unknown=by_state[Delivery.State.UNKNOWN],
        unknown_text=whole(by_state[Delivery.State.UNKNOWN]),
        stopped_mail=_stopped_mail(mailing),
        bonus=_bonus(campaign),
        is_over=is_over,
    )


def part_words(state: str, reason: str) -> str:
    """Say what became of a delivery, with the reason if there is one."""
    if reason:
        return str(Delivery.Reason(reason).label)
    return str(Delivery.State(state).label)


def _parts(counts: Counter[tuple[str, str]], total: int) -> tuple[Part, ...]:
    states = [state.value for state in Delivery.State]
    # What is settled first, what is still to come last.
    order = sorted(states, key=lambda state: (state not in SETTLED, states.index(state)))
    parts, x = [], 0
    for state, reason in sorted(counts, key=lambda one: (order.index(one[0]), one[1])):
        number = counts[state, reason]
        width = max(2, number * WIDTH // total)
        parts.append(Part(state, reason, part_words(state, reason), whole(number), x, width))
        x += width
    return tuple(parts)


def _speed(mailing: Mailing, settled: int, now: datetime) -> float | None:
    """Deliveries a second since it began; nothing is said of the first moments."""
    if mailing.started_at is None or settled == 0:
        return None
    seconds = (now - mailing.started_at).total_seconds()
    return settled / seconds if seconds >= 1 else None


def _rate(speed: float | None) -> str:
    if speed is None:
        return ""
    a_minute = max(1, round(speed * MINUTE))
    return ngettext("%(rate)s a minute", "%(rate)s a minute", a_minute) % {"rate": whole(a_minute)}


def _left(speed: float | None, remaining: int) -> str:
    if not speed or remaining <= 0:
        return ""
    left = timedelta(seconds=round(remaining / speed)).total_seconds()
    if left < MINUTE:
        return _("less than a minute left")
    if left < HOUR:
        minutes = round(left / MINUTE)
        return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {
            "count": whole(minutes)
        }
    hours = round(left / HOUR)
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
