"""What jobs do, how often and how long, in words and in a small picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from statistics import median

from django.utils.formats import number_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_site.models import JobRun
from loyalty_site.schedule import Daily, Every, Job

MORNING = time(6)
MINUTE = 60
SHORTEST = 0.1
HEIGHT = 28
STEP = 6
LEAST = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One run: as high as it took long; whole numbers, so that no language puts a comma in."""

    x: int
    y: int
    height: int
    state: str


def seconds_in_words(seconds: float | None) -> str:
    """Say how long something took; a dash if it is not over."""
    if seconds is None:
        return "–"
    if seconds < SHORTEST:
        return _("under %(seconds)s s") % {"seconds": number_format(SHORTEST, 1)}
    if seconds < MINUTE:
        return _("%(seconds)s s") % {"seconds": number_format(seconds, 1)}
    minutes, rest = divmod(round(seconds), MINUTE)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def rhythm_in_words(job: Job) -> str:
    match job.schedule:
        case Every(minutes=minutes):
            return ngettext("every minute", "every %(count)s minutes", minutes) % {"count": minutes}
        case Daily(at=at):
            words = _("every night at %(time)s") if at < MORNING else _("every day at %(time)s")
            return words % {"time": time_format(at, "H:i")}


def typical_seconds(runs: Sequence[JobRun]) -> float | None:
    """Return the median of the runs that ended well; None if there are none."""
    took = [run.seconds for run in runs if run.state == JobRun.State.DONE]
    known = [seconds for seconds in took if seconds is not None]
    return median(known) if known else None


def bars_of(runs: Sequence[JobRun]) -> list[Bar]:
    """Draw the runs, the latest last; one that failed is as high as the picture."""
    longest = max((run.seconds or 0 for run in runs), default=0)
    drawn = []
    for place, run in enumerate(reversed(runs)):
        height = round(HEIGHT * (run.seconds or 0) / longest) if longest else 0
        if run.state == JobRun.State.FAILED:
            height = HEIGHT
        height = max(LEAST, height)
        drawn.append(Bar(place * STEP, HEIGHT - height, height, run.state))
    return drawn


def runs_in_words(runs: Sequence[JobRun]) -> str:
    """Say what the picture shows."""
    failed = sum(run.state == JobRun.State.FAILED for run in runs)
    count = len(runs)
    if not failed:
        words = ngettext("The last run went well.", "The last %(count)s runs went well.", count)
        return words % {"count": count}
    words = ngettext(
        "%(failed)s of the last run failed.", "%(failed)s of the last %(count)s runs failed.", count
    )
    return words % {"failed": failed, "count": count}
