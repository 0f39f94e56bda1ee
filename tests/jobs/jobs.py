"""Jobs that say what they were asked to do."""

from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from loyalty_site.schedule import Daily, Every, Job

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass
class Recorder:
    """Work that remembers the instants it was called for, and fails as often as it is told."""

    failures: list[Exception] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)

    def __call__(self, at, _now):
        self.instants.append(at)
        if self.failures:
            raise self.failures.pop()
        return {"calls": len(self.instants)}


def daily(work, at=time(0, 10), *, every_day=True, **fields) -> Job:
    return Job("nightly", "Nightly", Daily(at, every_day=every_day), work, **fields)


def every(work, minutes=10) -> Job:
    return Job("often", "Often", Every(minutes), work)


def local(text: str) -> datetime:
    """An instant as a clock in Amsterdam shows it; add +01:00 or +02:00 to say which of two."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)
