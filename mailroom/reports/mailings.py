"""How far a mailing is: what its tallies say, how fast it goes, when it will be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from mailroom.models import Delivery, Mailing, Tally

A_WHILE, A_MOMENT = timedelta(minutes=1), timedelta(seconds=1)
LOOKED_AT = 1_000
STATE, REASON = Delivery.State, Delivery.Reason


@dataclass(frozen=True, slots=True)
class Progress:
    """
    A mailing in figures. `rate` is in mails a minute, over the last one.

    `reasons` tells of those skipped how many for which reason; `in_doubt` are unknown ones that
    staff have not looked at yet, `unknown` all of them.
    """

    total: int
    waiting: int
    sent: int
    failed: int
    unknown: int
    in_doubt: int
    skipped: int
    reasons: dict[str, int]
    rate: int
    left: timedelta | None

    @property
    def settled(self) -> int:
        return self.total - self.waiting

    @property
    def percent(self) -> int:
        return 100 * self.settled // self.total if self.total else 100


def progress_of(mailing: Mailing, *, now: datetime) -> Progress:
    """
    Read how far a mailing is, from its tallies and what has just left; three narrow queries.

    Time left is what waits at the rate of the last minute; None while nothing leaves.
    """
    counts: dict[str, int] = {}
    tallies = Tally.objects.filter(mailing=mailing, count__gt=0)
    places = {(one.state, one.reason): one.count for one in tallies}
    for (state, _reason), count in places.items():
        counts[state] = counts.get(state, 0) + count
    waiting = sum(counts.get(state, 0) for state in (STATE.WAITING, STATE.CLAIMED, STATE.SENDING))
    rate = _rate(mailing, now) if mailing.state == Mailing.State.RUNNING else 0
    return Progress(
        total=sum(counts.values()),
        waiting=waiting,
        sent=counts.get(STATE.SENT, 0),
        failed=counts.get(STATE.FAILED, 0),
        unknown=counts.get(STATE.UNKNOWN, 0),
        in_doubt=places.get((STATE.UNKNOWN, ""), 0),
        skipped=counts.get(STATE.SKIPPED, 0),
        reasons={reason: n for (state, reason), n in places.items() if state == STATE.SKIPPED},
        rate=rate,
        left=timedelta(minutes=waiting / rate) if rate else None,
    )


def deliveries_in_doubt(mailing: Mailing | None = None) -> QuerySet[Delivery]:
    """List those of which nobody knows, the newest first; of one mailing or of all."""
    doubted = Delivery.objects.in_doubt().select_related("member", "mailing").order_by("-id")
    return doubted if mailing is None else doubted.filter(mailing=mailing)


def _rate(mailing: Mailing, now: datetime) -> int:
    """
    How many leave in a minute, by the last thousand that may have: those just before what waits.

    A mailing leaves in order of id, so this reads a thousand rows however many there are.
    """
    first = Delivery.objects.filter(mailing=mailing, state=STATE.WAITING).order_by("id").first()
    if first is None:
        return 0
    newest = Delivery.objects.filter(mailing=mailing, pk__lt=first.pk).order_by("-id")
    left = [at for at in newest.values_list("left_at", flat=True)[:LOOKED_AT] if at]
    just = [at for at in left if now - A_WHILE < at <= now]
    if not just:
        return 0
    began = max(mailing.started_at or now, now - A_WHILE)
    span = now - (min(just) if len(just) == LOOKED_AT else began)
    return round(len(just) * A_WHILE / max(span, A_MOMENT))
