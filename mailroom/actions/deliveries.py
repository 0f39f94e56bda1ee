"""
A delivery on its way: taken up, let go at the last moment, and what became of it.

Two commits stand around every mail. Before it leaves, `sending`; after it, the outcome. Whoever
dies between them leaves mail of which nobody knows, and that no machine sends again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from mailroom.actions.mailings import MailingIsOver, go_on
from mailroom.actions.sending import RETRIES, NotStuck
from mailroom.actions.suppression import suppress_address
from mailroom.delivery_sql.claims import Claimed, claim, give_back, sweep
from mailroom.delivery_sql.leaving import Ending, Leaving, let_go, lock_readers, record
from mailroom.delivery_sql.tallies import move_one
from mailroom.models import Delivery, Mailing, MailRules, Suppression
from mailroom.models.letter import SURELY_OVER
from mailroom.outcome import Fate, Outcome
from mailroom.pace import allowed, is_quiet

STUCK = (Delivery.State.FAILED, Delivery.State.UNKNOWN)
SWEPT_AT_ONCE = 5_000


class Left(NamedTuple):
    """What may leave now; `goes_on` tells whether the mailing does."""

    mails: list[Leaving]
    skipped: int
    goes_on: bool


@transaction.atomic
def claim_deliveries(
    *, mailing_id: int, mark: UUID, after: int, most: int, now: datetime
) -> list[Claimed]:
    """
    Take up what waits of a mailing, in order from `after`; nothing where nothing may leave now.

    Whoever asks at the same moment gets others. It must be committed before a mail is made.
    """
    mailing = Mailing.objects.get(pk=mailing_id)
    if not _may_leave(mailing, now):
        return []
    if mailing.pace is not None:
        most = allowed(mailing.pace, mailing.paced_until, now, most).number
    return claim(mailing_id, mark, after=after, most=most, now=now) if most else []


@transaction.atomic
def let_leave(*, mailing_id: int, mark: UUID, claimed: Sequence[Claimed], now: datetime) -> Left:
    """
    Decide, with their readers locked, which of these leave now, and write it down.

    Whoever has left the program or has no address, never agreed or took it back, whose address
    gets no mail or who has had enough of it lately, is skipped. Where the mailing was held up,
    the hour is quiet or the pace is used up, they wait again. A mail may go to the wire once
    this is committed, and not before.
    """
    lock_readers([one.member_id for one in claimed])
    mailing = Mailing.objects.select_for_update(no_key=True).get(pk=mailing_id)
    ids = [one.id for one in claimed]
    now_free = _take_slots(mailing, len(ids), now) if _may_leave(mailing, now) else 0
    if held := ids[now_free:]:
        give_back(held, mark)
    if not now_free:
        return Left([], 0, goes_on=False)
    rules = MailRules.current()
    decided = let_go(
        mailing_id,
        ids[:now_free],
        mark,
        topic=mailing.topic,
        cap=rules.cap_letters,
        capped_since=now - timedelta(days=rules.cap_days),
        now=now,
    )
    mails = [one for one in decided if not one.reason]
    return Left(mails, len(decided) - len(mails), goes_on=not held)


@transaction.atomic
def record_outcomes(
    *,
    mails: Sequence[Leaving],
    outcomes: Mapping[int, Outcome],
    mark: UUID,
    why: str = "",
    now: datetime,
) -> int:
    """
    Write down what became of mails that were let go; one without an outcome never left.

    Only of what is still ours: whoever was taken for dead still says how it ended, but not
    after staff had it sent again. An address where nobody lives gets no more mail.
    """
    dead = {one.email: outcomes[one.id].why for one in mails if _is_dead(outcomes.get(one.id))}
    for email in sorted(dead):
        suppress_address(email=email, cause=Suppression.Cause.BOUNCE, detail=dead[email], now=now)
    endings = {one.id: _ending(outcomes.get(one.id), one.attempts, why, now) for one in mails}
    return record(endings, mark, now=now)


@transaction.atomic
def give_deliveries_back(*, ids: Sequence[int], mark: UUID, now: datetime) -> int:  # noqa: ARG001
    """Let those of ours wait again that have not begun to leave; returns how many."""
    return give_back(ids, mark)


@transaction.atomic
def sweep_deliveries(*, now: datetime) -> dict[str, int]:
    """
    Settle what dead workers left behind: what had not begun to leave waits again, of the rest
    nobody knows. Returns how many now stand where.
    """
    return dict(sweep(now=now, surely_over=SURELY_OVER, most=SWEPT_AT_ONCE))


@transaction.atomic
def send_delivery_again(*, delivery_id: int, now: datetime) -> Delivery:
    """
    Let a delivery wait once more that failed, or of which nobody knows.

    Refuses any other, and any of a mailing that was stopped. What it may be stopped by is
    decided anew when it is about to leave.
    """
    delivery, mailing = _stuck(delivery_id)
    if mailing.state == Mailing.State.STOPPED:
        raise MailingIsOver(_("This mailing was stopped; nothing of it is sent any more."))
    _move(delivery, Delivery.State.WAITING, "")
    delivery.fault, delivery.attempts, delivery.try_at = "", 0, now
    delivery.claim = delivery.claimed_at = delivery.left_at = None
    delivery.save()
    go_on(mailing=mailing, now=now)
    return delivery


@transaction.atomic
def leave_delivery(*, delivery_id: int, now: datetime) -> Delivery:  # noqa: ARG001
    """Let a delivery of which nobody knows be, as staff have looked at it. Refuses any other."""
    delivery, _mailing = _stuck(delivery_id)
    if not delivery.is_in_doubt:
        raise NotStuck(_("Nobody is in doubt about this mail."))
    _move(delivery, Delivery.State.UNKNOWN, Delivery.Reason.LEFT)
    delivery.save()
    return delivery


def _stuck(delivery_id: int) -> tuple[Delivery, Mailing]:
    mailing_id = Delivery.objects.values_list("mailing_id", flat=True).get(pk=delivery_id)
    mailing = Mailing.objects.lock(mailing_id)
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if delivery.state not in STUCK:
        raise NotStuck(_("This mail is on its way or was sent already."))
    return delivery, mailing


def _move(delivery: Delivery, state: Delivery.State, reason: str) -> None:
    old, new = (delivery.state, delivery.reason), (state, reason)
    delivery.state, delivery.reason = new
    move_one(delivery.mailing_id, old, new)


def _may_leave(mailing: Mailing, now: datetime) -> bool:
    hour = localtime(now).time()
    is_hush = is_quiet(mailing.quiet_from, mailing.quiet_until, hour)
    return mailing.state == Mailing.State.RUNNING and not is_hush


def _take_slots(mailing: Mailing, most: int, now: datetime) -> int:
    """Use up the pace for so many, and return for how many there was room."""
    if mailing.pace is None:
        return most
    number, mailing.paced_until = allowed(mailing.pace, mailing.paced_until, now, most)
    mailing.save(update_fields=["paced_until"])
    return number


def _is_dead(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.is_dead


def _ending(outcome: Outcome | None, attempts: int, why: str, now: datetime) -> Ending:
    if outcome is None:
        return Ending(Delivery.State.WAITING, why)
    match outcome.fate:
        case Fate.TAKEN:
            return Ending(Delivery.State.SENT)
        case Fate.IN_DOUBT:
            return Ending(Delivery.State.UNKNOWN, outcome.why)
        case Fate.REFUSED_FOR_NOW if attempts < len(RETRIES):
            try_at = now + RETRIES[attempts]
            return Ending(Delivery.State.WAITING, outcome.why, try_at, tries=1)
        case _:
            return Ending(Delivery.State.FAILED, outcome.why, tries=1)
