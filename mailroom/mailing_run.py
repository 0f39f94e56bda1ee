"""
Sending what mailings have waiting: batch after batch, each mailing in turn.

Workers do this side by side, on the same mailings. Each batch is claimed, its facts are gathered,
and then window after window is let go, handed over and written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep
from uuid import UUID, uuid4

import structlog

from mailroom.actions.deliveries import (
    claim_deliveries,
    give_deliveries_back,
    let_leave,
    record_outcomes,
    sweep_deliveries,
)
from mailroom.actions.mailings import note_trouble, settle_mailing
from mailroom.composing import Composer, Facts
from mailroom.delivery_sql.claims import Claimed
from mailroom.delivery_sql.leaving import Leaving
from mailroom.delivery_sql.worker_places import worker_place
from mailroom.models import Mailing
from mailroom.outcome import Fate, MailServerRefusesUsError, Sent, Trouble, error_in_words
from mailroom.pace import allowed
from mailroom.transport import Transport, our_sender, transport

A_RUN = 8.0
"""Seconds a run takes up new work: a worker that is told to end waits ten for it."""
A_BATCH = 1_000
WINDOW, SMALLEST_WINDOW = 200, 5
IN_FLIGHT = 0.5
"""Seconds that a window should take, so that who pauses or stops a mailing is soon heard."""
LEAVE_WITHIN = 1.0
"""Seconds after which what was let go and has not left waits again."""
TRIES_IN_A_ROW = 3
A_BREATH = 0.2

log = structlog.get_logger("klaver.mailings")


@dataclass(slots=True)
class MailingsSent:
    """What a run did; whether more may leave at once, or as soon as a pace allows."""

    sent: int = 0
    refused: int = 0
    in_doubt: int = 0
    skipped: int = 0
    work_left: bool = False
    is_paced: bool = False


@dataclass(slots=True)
class _Turn:
    """A mailing as this run knows it."""

    composer: Composer
    after: int = 0


@dataclass(slots=True)
class _Run:
    """A worker's run: its clock, its line, its mark, and what went wrong."""

    now: datetime
    seconds: float
    line: Transport = field(default_factory=transport)
    done: MailingsSent = field(default_factory=MailingsSent)
    mark: UUID = field(default_factory=uuid4)
    began: float = field(default_factory=monotonic)
    window: int = WINDOW
    turns: dict[int, _Turn] = field(default_factory=dict)
    failures: int = 0
    errors: dict[int, Exception] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=monotonic() - self.began)

    @property
    def is_over(self) -> bool:
        return self.failures >= TRIES_IN_A_ROW or monotonic() - self.began >= self.seconds


def send_mailings(*, now: datetime, seconds: float = A_RUN) -> MailingsSent:
    """
    Send what may leave, for about so many seconds, or until nothing does.

    What dead workers left behind is settled first. A few workers at a time do this; one more
    does nothing. Raises, with nothing lost, if the mail server takes nothing from us or if a
    message cannot be made; the other mailings have had their turns by then.
    """
    run = _Run(now, seconds)
    with worker_place() as is_ours:
        if not is_ours:
            return run.done
        run.done.in_doubt += sweep_deliveries(now=now).get("unknown", 0)
        try:
            while not run.is_over and _round(run):
                pass
            run.done.work_left = run.is_over and not run.failures
        finally:
            run.line.close()
    for error in run.errors.values():
        raise error
    return run.done


def _round(run: _Run) -> bool:
    """Give each mailing a turn; tell whether anything moved."""
    moved = run.done.is_paced = False
    for mailing in Mailing.objects.with_work().order_by("id"):
        if run.is_over:
            break
        if mailing.pk not in run.errors:
            moved |= _take_turn(run, mailing)
    return moved


def _take_turn(run: _Run, mailing: Mailing) -> bool:
    """Send a batch of a mailing; tell whether there was one."""
    if _waits_for_pace(mailing, run.clock()):
        run.done.is_paced = True
        return False
    turn = run.turns.setdefault(mailing.pk, _Turn(Composer(mailing, run.now)))
    claimed = claim_deliveries(
        mailing_id=mailing.pk, mark=run.mark, after=turn.after, most=A_BATCH, now=run.clock()
    )
    if not claimed and turn.after:
        # What is tried again, or was given back, stands before where we were.
        turn.after = 0
        return True
    if not claimed:
        settle_mailing(mailing_id=mailing.pk, now=run.clock())
        return False
    turn.after = claimed[-1].id
    try:
        _send_batch(run, mailing, turn.composer, claimed)
    except Exception as error:
        log.exception("a mailing cannot be sent", mailing_id=mailing.pk)
        _hold_up(run, mailing, error)
    return True


def _waits_for_pace(mailing: Mailing, now: datetime) -> bool:
    if mailing.pace is None or mailing.state != Mailing.State.RUNNING:
        return False
    return not allowed(mailing.pace, mailing.paced_until, now, 1).number


def _send_batch(
    run: _Run, mailing: Mailing, composer: Composer, claimed: Sequence[Claimed]
) -> None:
    """Send window after window, and give back what did not get its turn."""
    rest = claimed
    try:
        facts = composer.gather(claimed)
        try:
            run.line.open()
        except OSError as error:
            _meet_trouble(run, mailing, Sent(trouble=Trouble.BROKEN, why=error_in_words(error)))
            return
        while rest and not run.is_over:
            window, rest = rest[: run.window], rest[run.window :]
            left = let_leave(mailing_id=mailing.pk, mark=run.mark, claimed=window, now=run.clock())
            run.done.skipped += left.skipped
            is_well = _send_window(run, mailing, composer, left.mails, facts)
            if not is_well or not left.goes_on:
                break
    finally:
        if rest:
            ids = [one.id for one in rest]
            give_deliveries_back(ids=ids, mark=run.mark, now=run.clock())


def _send_window(
    run: _Run, mailing: Mailing, composer: Composer, mails: Sequence[Leaving], facts: Facts
) -> bool:
    """Hand over what was let go and write down what became of it; tell whether the line is well."""
    if not mails:
        return True
    sent, began = Sent(), monotonic()
    try:
        run.line.send(
            composer.mails(mails, facts, sent.outcomes),
            our_sender(),
            sent=sent,
            now=run.clock(),
            until=began + LEAVE_WITHIN,
        )
    finally:
        record_outcomes(
            mails=mails, outcomes=sent.outcomes, mark=run.mark, why=sent.why, now=run.clock()
        )
    _count(run, sent)
    handed_over = max(1, len(sent.outcomes))
    fitting = int(IN_FLIGHT * handed_over / (monotonic() - began))
    run.window = max(SMALLEST_WINDOW, min(WINDOW, fitting))
    if sent.trouble is None:
        run.failures = 0
        if mailing.fault:
            note_trouble(mailing_id=mailing.pk, fault="")
            mailing.fault = ""
        return True
    _meet_trouble(run, mailing, sent)
    return False


def _count(run: _Run, sent: Sent) -> None:
    fates = [outcome.fate for outcome in sent.outcomes.values()]
    run.done.sent += fates.count(Fate.TAKEN)
    run.done.in_doubt += fates.count(Fate.IN_DOUBT)
    run.done.refused += fates.count(Fate.REFUSED) + fates.count(Fate.REFUSED_FOR_NOW)


def _meet_trouble(run: _Run, mailing: Mailing, sent: Sent) -> None:
    """Try a line anew that broke, with longer and longer waits; else leave it to the next run."""
    log.warning("trouble with the mail server", trouble=sent.trouble, why=sent.why)
    is_passing = sent.trouble in (Trouble.BROKEN, Trouble.CLOSING)
    if is_passing and any(one.fate is Fate.TAKEN for one in sent.outcomes.values()):
        run.failures = 0
        return
    run.failures = run.failures + 1 if is_passing else TRIES_IN_A_ROW
    note_trouble(mailing_id=mailing.pk, fault=sent.why)
    if sent.trouble is Trouble.REFUSES_US or (is_passing and run.is_over):
        run.errors[mailing.pk] = MailServerRefusesUsError(sent.why)
    elif is_passing:
        sleep(A_BREATH * 2**run.failures)


def _hold_up(run: _Run, mailing: Mailing, error: Exception) -> None:
    run.errors[mailing.pk] = error
    note_trouble(mailing_id=mailing.pk, fault=error_in_words(error))
