"""What becomes of a message that could not be carried out: kept, tried again, set aside."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from loyalty_site.models import KEPT_BACK, FailedTask
from members.actions.entitlement import staff_who_may
from members.refusals import Refusal

SETTLE = "loyalty_site.change_failedtask"
HEARD_WITHIN = timedelta(minutes=5)
"""After this long without a word, what was to be tried again is sent once more."""
LONGEST_ERROR = 300
LONGEST_ARGUMENT = 40
Arguments = dict[str, Any]


class TaskSettled(Refusal):
    code = "task_settled"


class ArgumentsKeptBack(Refusal):
    code = "arguments_kept_back"


@transaction.atomic
def record_failed(
    *, task: str, arguments: Arguments, message: str, error: str, now: datetime
) -> FailedTask:
    """
    Keep a message that could not be carried out.

    The same failure again is the same row: it counts how often. Of the error the first line
    alone is kept, for what follows may quote a row, and with it a person.
    """
    first = (error.splitlines() or [""])[0][:LONGEST_ERROR]
    failed, is_new = FailedTask.objects.get_or_create(
        task=task,
        arguments=arguments,
        state__in=FailedTask.UNSETTLED,
        defaults={
            "state": FailedTask.State.OPEN,
            "message": message,
            "error": first,
            "first_failed_at": now,
            "failed_at": now,
        },
    )
    if not is_new:
        FailedTask.objects.filter(pk=failed.pk).update(
            state=FailedTask.State.OPEN,
            message=message,
            error=first,
            failed_at=now,
            times=F("times") + 1,
        )
        failed.refresh_from_db()
    return failed


@transaction.atomic
def record_done(*, task: str, arguments: Arguments, now: datetime) -> int:
    """Settle what failed before, now that the same task went well; returns how many rows."""
    return (
        FailedTask.objects.unsettled()
        .filter(task=task, arguments=arguments)
        .update(state=FailedTask.State.RECOVERED, settled_at=now)
    )


@transaction.atomic
def try_again(*, failed_task_id: int, staff_id: int, now: datetime) -> FailedTask:
    """
    Write down that a task is to be tried again; whoever sends it finds it in this state.

    Refuses what is settled, and what was not kept in full.
    """
    failed = FailedTask.objects.lock(failed_task_id)
    staff_who_may(staff_id=staff_id, permission=SETTLE)
    _refuse_settled(failed)
    if not failed.is_kept_whole:
        raise ArgumentsKeptBack(_("What this was about was not kept, so it can't be tried again."))
    failed.state, failed.asked_at = FailedTask.State.AGAIN, now
    failed.save(update_fields=["state", "asked_at"])
    return failed


@transaction.atomic
def set_aside(*, failed_task_id: int, staff_id: int, now: datetime) -> FailedTask:
    """Write down that nothing more is to happen; refuses what is settled already."""
    failed = FailedTask.objects.lock(failed_task_id)
    staff_who_may(staff_id=staff_id, permission=SETTLE)
    _refuse_settled(failed)
    failed.state, failed.settled_at = FailedTask.State.SET_ASIDE, now
    failed.save(update_fields=["state", "settled_at"])
    return failed


@transaction.atomic
def unheard_of(*, now: datetime) -> list[FailedTask]:
    """Return what was to be tried again and got lost, for who sends it once more."""
    lost = FailedTask.objects.waiting_since(now - HEARD_WITHIN)
    rows = list(lost.select_for_update(skip_locked=True, of=("self",)))
    FailedTask.objects.filter(pk__in=[row.pk for row in rows]).update(asked_at=now)
    return rows


def arguments_of(*, args: object, kwargs: object) -> Arguments:
    """Write down what a message is about: numbers and names of jobs; anything else is kept back."""
    listed = args if isinstance(args, list | tuple) else []
    named = kwargs if isinstance(kwargs, dict) else {}
    return {
        "args": [_kept(value) for value in listed],
        "kwargs": {str(name)[:LONGEST_ARGUMENT]: _kept(value) for name, value in named.items()},
    }


def _kept(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    # Names as the code writes them; an address or a sentence is somebody's.
    if isinstance(value, str) and len(value) <= LONGEST_ARGUMENT and value.isidentifier():
        return value
    return KEPT_BACK


def _refuse_settled(failed: FailedTask) -> None:
    if not failed.is_unsettled:
        raise TaskSettled(_("This was settled already."))
