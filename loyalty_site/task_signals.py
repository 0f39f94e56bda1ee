"""Hearing from Celery what became of its messages; what could not be done is kept."""

import threading

import structlog
from celery import Task
from celery.signals import (
    task_failure,
    task_rejected,
    task_success,
    task_unknown,
    worker_init,
    worker_process_init,
)
from django.db import connections
from django.utils import timezone
from kombu import Message

from loyalty_site.actions.failed_tasks import arguments_of, record_done, record_failed
from loyalty_site.celery import app
from loyalty_site.take_over import take_over

log = structlog.get_logger("klaver.tasks")
in_parent = threading.Event()
"""Set in the process that forks the workers: it keeps no line to the database open."""


@worker_init.connect
def become_parent(**_: object) -> None:
    in_parent.set()
    take_over(app)


@worker_process_init.connect
def become_child(**_: object) -> None:
    in_parent.clear()


@task_failure.connect
def keep_failed(
    sender: Task,
    task_id: str = "",
    exception: BaseException | None = None,
    args: object = (),
    kwargs: object = None,
    **_: object,
) -> None:
    """A task raised, ran past its limit, or killed its worker once too often."""
    if not getattr(sender.request, "is_eager", False):
        _keep(sender.name, args, kwargs, task_id, f"{type(exception).__name__}: {exception}")


@task_unknown.connect
def keep_unknown(
    name: str = "",
    id: str = "",
    message: Message = None,
    **_: object,
) -> None:
    """Nobody here knows the task: an older or younger program sent it."""
    args, kwargs = _content(message)
    _keep(name, args, kwargs, id, "Unknown task")


@task_rejected.connect
def keep_unreadable(exc: object = None, **_: object) -> None:
    """The message itself could not be read."""
    _keep("unreadable", (), {}, "", f"{type(exc).__name__}: the message could not be read")


@task_success.connect
def settle_earlier(sender: Task, **_: object) -> None:
    """The same task went well: what failed before needs nobody any more."""
    request = sender.request
    if getattr(request, "is_eager", False):
        return
    try:
        about = arguments_of(args=request.args, kwargs=request.kwargs)
        record_done(task=sender.name, arguments=about, now=timezone.now())
    except Exception:  # The task is done; that its row is not settled must not undo it.
        log.exception("an earlier failure could not be settled", task=sender.name)


def _keep(task: str, args: object, kwargs: object, message: str, error: str) -> None:
    about = arguments_of(args=args, kwargs=kwargs)
    log.error("task failed", task=task, about=about, message_id=message, error=error)
    try:
        record_failed(
            task=task[:120],
            arguments=about,
            message=message[:64],
            error=error,
            now=timezone.now(),
        )
    except Exception:  # Without a database it stands in the log; its sweep does the work later.
        log.exception("a failed task could not be kept", task=task)
    if in_parent.is_set():
        _let_go()


def _let_go() -> None:
    """Close what a fork must not inherit."""
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        close_pool = getattr(connection, "close_pool", None)
        if close_pool:
            close_pool()


def _content(message: Message) -> tuple[object, object]:
    try:
        args, kwargs, *_embedded = message.payload
    except Exception:  # Whatever is wrong with it: the name alone is worth keeping.
        log.warning("a message could not be read", exc_info=True)
        return (), {}
    return args, kwargs
