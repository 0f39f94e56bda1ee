"""Trying a draft on the past: asked by staff, carried out in the background, stopped at will."""

from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import staff_who_may
from members.refusals import Refusal
from points.ledger_sql.histories import Period, histories, how_many
from points.local_time import local_day, midnight, months_later
from points.models import ProgramVersion, Replay
from points.program_cache import rules_of
from points.replay import Comparison, substance, things_named

TRY = "points.add_replay"
LONGEST_ERROR = 300
MOST_ATTEMPTS = 3
UNHEARD = timedelta(minutes=2)
"""A message that reached a worker was taken up by now, unless all are busy."""
BETWEEN_SIGNS = 0.5
"""Seconds between two signs of life."""

log = structlog.get_logger("klaver.replays")


class AlreadyInForce(Refusal):
    code = "already_in_force"


class NothingToCompare(Refusal):
    code = "nothing_to_compare"


class ReplayUnderWay(Refusal):
    code = "replay_under_way"


class ReplayOver(Refusal):
    code = "replay_over"


class _Stopped(Exception):
    """Somebody stopped the run, or another worker has taken it over."""


@transaction.atomic
def ask_replay(
    *, draft_id: int, months: int, point_cost: Decimal, staff_id: int, now: datetime
) -> Replay:
    """
    Write down that a draft is to be tried on the past months; a worker does it by its number.

    One at a time: refuses while another is waited for, unless that was not heard of any more.
    """
    draft = ProgramVersion.objects.select_for_update().get(pk=draft_id)
    staff = staff_who_may(staff_id=staff_id, permission=TRY)
    if draft.is_published:
        raise AlreadyInForce(_("This version is published; only a draft can be tried."))
    against = ProgramVersion.objects.replaced_by(draft, now)
    if against is None:
        raise NothingToCompare(_("No rules are in force yet, so there is nothing to compare with."))
    for earlier in Replay.objects.open().filter(draft=draft).select_for_update():
        if not earlier.is_silent(now):
            raise ReplayUnderWay(_("This draft is being tried already."))
        _end(earlier, Replay.State.FAILED, now, error=_text("The worker was lost."))
    return Replay.objects.create(
        draft=draft,
        digest=substance(draft.rules),
        against=against,
        months=months,
        point_cost=point_cost,
        asked_by=staff,
        asked_at=now,
        heard_at=now,
    )


@transaction.atomic
def stop_replay(*, replay_id: int, staff_id: int, now: datetime) -> Replay:
    """End a run that is waited for; its worker notices within a moment."""
    replay = Replay.objects.lock(replay_id)
    staff_who_may(staff_id=staff_id, permission=TRY)
    if not replay.is_open:
        raise ReplayOver(_("This run has ended already."))
    return _end(replay, Replay.State.STOPPED, now)


def run_replay(*, replay_id: int, now: datetime) -> Replay | None:
    """
    Carry out what was asked, once: None if another worker has it or it is over.

    The claim is committed before the work begins; the work only reads. What it raises is kept.
    """
    replay = _claim(replay_id, now)
    if replay is None:
        return None
    run = _Run(replay, now)
    try:
        result = run.compared()
    except _Stopped:
        return None
    except Exception as error:  # Whatever it was: it is kept, shown and tried again by a person.
        log.exception("replay failed", replay=replay.pk)
        if connection.errors_occurred and not connection.is_usable():
            connection.close()
        run.write(state=Replay.State.FAILED, error=_in_words(error), finished_at=run.now())
    else:
        run.write(state=Replay.State.DONE, result=result, done=replay.total, finished_at=run.now())
    replay.refresh_from_db()
    return replay


def resume_replays(*, now: datetime) -> int:
    """
    Carry out what was asked and got lost: no worker has begun it, or its worker fell silent.

    One that has lost its worker three times is left to a person. Returns how many were done.
    """
    open_ones = Replay.objects.open().filter(attempts__lt=MOST_ATTEMPTS).order_by("pk")
    lost = [replay.pk for replay in open_ones if _is_lost(replay, now)]
    return sum(run_replay(replay_id=number, now=now) is not None for number in lost)


def _is_lost(replay: Replay, now: datetime) -> bool:
    if replay.state == Replay.State.WAITING:
        return replay.asked_at <= now - UNHEARD
    return replay.is_silent(now)


@transaction.atomic
def _claim(replay_id: int, now: datetime) -> Replay | None:
    replay = Replay.objects.lock(replay_id)
    is_free = replay.state == Replay.State.WAITING or replay.is_silent(now)
    if not replay.is_open or not is_free:
        return None
    if substance(replay.draft.rules) != replay.digest:
        _end(replay, Replay.State.FAILED, now, error=_text("The draft was changed meanwhile."))
        return None
    replay.state, replay.attempts = Replay.State.RUNNING, replay.attempts + 1
    replay.started_at = replay.heard_at = now
    replay.done = replay.total = 0
    replay.save()
    return replay


def _end(replay: Replay, state: Replay.State, now: datetime, *, error: str = "") -> Replay:
    replay.state, replay.finished_at, replay.error = state, now, error
    replay.save(update_fields=["state", "finished_at", "error"])
    return replay


def _in_words(error: Exception) -> str:
    """The first line alone: what follows may quote the row, and with it a person."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:LONGEST_ERROR]


class _Run:
    """One worker's run: reads, compares, and says how far it is."""

    def __init__(self, replay: Replay, now: datetime) -> None:
        self.replay = replay
        self._began, self._now = monotonic(), now
        self._said = 0.0

    def now(self) -> datetime:
        return self._now + timedelta(seconds=monotonic() - self._began)

    def compared(self) -> dict[str, Any]:
        replay = self.replay
        today, draft = rules_of(replay.against), rules_of(replay.draft)
        period = period_of(replay=replay)
        replay.total = how_many(period)
        self.write(total=replay.total)
        comparison = Comparison(today, draft, since=period.since, until=period.until)
        done = 0
        for batch in histories(period):
            for history in batch:
                comparison.add(history)
            done += len(batch)
            self._say(done)
        return comparison.result()

    def _say(self, done: int) -> None:
        at = monotonic()
        if at - self._said >= BETWEEN_SIGNS:
            self._said = at
            if not self.write(done=done):
                raise _Stopped

    def write(self, **changes: Any) -> bool:
        """Write into the row as long as it is ours; tell whether it was."""
        ours = Replay.objects.filter(
            pk=self.replay.pk, state=Replay.State.RUNNING, attempts=self.replay.attempts
        )
        return bool(ours.update(heard_at=self.now(), **changes))


def period_of(*, replay: Replay) -> Period:
    """The months before a replay was asked, from a local midnight on."""
    zone = rules_of(replay.against).zone
    first = months_later(local_day(replay.asked_at, zone), -replay.months)
    names = {*things_named(replay.against.rules), *things_named(replay.draft.rules)}
    return Period(midnight(first, zone), replay.asked_at, zone, tuple(sorted(names)))
