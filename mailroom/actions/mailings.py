"""Mailings from their first recipient to their end: opened, filled, started, held up, stopped."""

from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mailroom.delivery_sql.recipients import insert_recipients, skip_what_is_left
from mailroom.models import Delivery, Mailing, Tally
from mailroom.signals import mailing_finished, mailing_started
from members.models import Member
from members.refusals import Refusal
from members.signals import announce

STOPPED_AT_ONCE = 50_000
"""Deliveries that whoever stops a mailing waits for; of a larger one the workers skip the rest."""
UNSETTLED = (Delivery.State.WAITING, Delivery.State.CLAIMED, Delivery.State.SENDING)
Content = dict[str, dict[str, str]]


class MailingIsOver(Refusal):
    code = "mailing_is_over"


class MailingNotStarted(Refusal):
    code = "mailing_not_started"


@transaction.atomic
def open_mailing(
    *,
    key: str,
    topic: str,
    content: Content,
    pace: int | None = None,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    now: datetime,
) -> Mailing:
    """
    Make a mailing that nobody gets yet.

    There is one for a key, for ever: asked again, the first is returned as it is. `topic` is
    what its readers must have agreed to, nothing for a service mailing; `pace` is in mails a
    minute; in the quiet hours, which may go over midnight, nothing leaves.
    """
    mailing, _is_new = Mailing.objects.get_or_create(
        key=key,
        defaults={
            "topic": topic,
            "content": content,
            "pace": pace,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "posted_at": now,
        },
    )
    return mailing


@transaction.atomic
def add_recipients(
    *, mailing_id: int, members: QuerySet[Member], occurrence: str = "", now: datetime
) -> int:
    """
    Put these members on the list and return how many were not on it for this occurrence.

    Whether they may be mailed is decided when their mail is about to leave. A mailing that was
    done goes on with the new ones; refuses one that was stopped.
    """
    mailing = Mailing.objects.lock(mailing_id)
    if mailing.state == Mailing.State.STOPPED:
        raise MailingIsOver(_("This mailing was stopped; nobody is added to it any more."))
    added = insert_recipients(mailing_id, members, occurrence)
    if added:
        go_on(mailing=mailing, now=now)
    return added


@transaction.atomic
def start_mailing(*, mailing_id: int, now: datetime) -> Mailing:
    """Let a mailing leave. Refuses one that is over; one that runs already goes on."""
    return _run(_not_over(mailing_id), now)


@transaction.atomic
def pause_mailing(*, mailing_id: int, now: datetime) -> Mailing:  # noqa: ARG001
    """Hold a mailing up; what is leaving at this moment still does."""
    mailing = _not_over(mailing_id)
    if mailing.state == Mailing.State.FILLING:
        raise MailingNotStarted(_("This mailing has not begun yet."))
    return _change(mailing, state=Mailing.State.PAUSED)


@transaction.atomic
def resume_mailing(*, mailing_id: int, now: datetime) -> Mailing:
    """Let a mailing go on that was paused."""
    mailing = _not_over(mailing_id)
    if mailing.state == Mailing.State.FILLING:
        raise MailingNotStarted(_("This mailing has not begun yet."))
    return _run(mailing, now)


@transaction.atomic
def stop_mailing(*, mailing_id: int, now: datetime) -> Mailing:
    """
    End a mailing for good: what has not begun to leave is skipped, whatever its worker thinks.

    Asked again, it is stopped as it was. Refuses one that is done.
    """
    mailing = Mailing.objects.lock(mailing_id)
    if mailing.state == Mailing.State.DONE:
        raise MailingIsOver(_("This mailing is over."))
    if mailing.state != Mailing.State.STOPPED:
        _change(mailing, state=Mailing.State.STOPPED)
        skip_what_is_left(mailing_id, STOPPED_AT_ONCE)
        _settle(mailing, now)
    return mailing


@transaction.atomic
def settle_mailing(*, mailing_id: int, now: datetime) -> bool:
    """Close a mailing of which nothing waits and nothing is on its way; tell whether it is."""
    mailing = Mailing.objects.lock(mailing_id)
    if mailing.state == Mailing.State.STOPPED:
        skip_what_is_left(mailing_id, STOPPED_AT_ONCE)
    if mailing.state in (Mailing.State.RUNNING, Mailing.State.STOPPED):
        _settle(mailing, now)
    return mailing.finished_at is not None


def go_on(*, mailing: Mailing, now: datetime) -> None:
    """Let a mailing run again that was done, because something of it waits. Call it locked."""
    if mailing.state == Mailing.State.DONE:
        _run(mailing, now)


@transaction.atomic
def note_trouble(*, mailing_id: int, fault: str) -> None:
    """Write down what holds a mailing up, or that nothing does any more."""
    Mailing.objects.filter(pk=mailing_id).exclude(fault=fault).update(fault=fault)


def _not_over(mailing_id: int) -> Mailing:
    mailing = Mailing.objects.lock(mailing_id)
    if mailing.state in (Mailing.State.STOPPED, Mailing.State.DONE):
        raise MailingIsOver(_("This mailing is over."))
    return mailing


def _run(mailing: Mailing, now: datetime) -> Mailing:
    if mailing.state == Mailing.State.RUNNING:
        return mailing
    announce(mailing_started, mailing_id=mailing.pk)
    return _change(
        mailing,
        state=Mailing.State.RUNNING,
        started_at=mailing.started_at or now,
        finished_at=None,
    )


def _settle(mailing: Mailing, now: datetime) -> None:
    open_ones = Tally.objects.filter(mailing=mailing, state__in=UNSETTLED, count__gt=0)
    if mailing.finished_at is not None or open_ones.exists():
        return
    is_stopped = mailing.state == Mailing.State.STOPPED
    _change(mailing, state=mailing.state if is_stopped else Mailing.State.DONE, finished_at=now)
    announce(mailing_finished, mailing_id=mailing.pk)


def _change(mailing: Mailing, **changes: Any) -> Mailing:
    for field, value in changes.items():
        setattr(mailing, field, value)
    mailing.save(update_fields=list(changes))
    return mailing
