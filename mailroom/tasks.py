"""What this room does in the background."""

from collections.abc import Callable
from typing import Any

from celery import current_app, shared_task
from django.utils import timezone

from mailroom.delivery import deliver_letters
from mailroom.mailing_run import MailingsSent, send_mailings

WORTH_A_KNOCK = 60
"""Seconds after which the job of every minute has come by anyhow."""
UNTIL_PACED = 1
"""Seconds after which a mailing with a pace has room for more."""
task: Callable[[Callable[..., None]], Any] = shared_task


@task
def deliver() -> None:
    """Send what waits, now rather than within the minute."""
    deliver_letters(now=timezone.now())


@task
def mail_on() -> None:
    """Send what mailings have waiting, a few seconds at a time, as long as there is anything."""
    knock_again(send_mailings(now=timezone.now()))


def knock_again(done: MailingsSent) -> None:
    """Have a worker go on where a run has left off."""
    if current_app.conf.task_always_eager:
        return
    if done.work_left:
        mail_on.apply_async(expires=WORTH_A_KNOCK)
    elif done.is_paced:
        mail_on.apply_async(countdown=UNTIL_PACED, expires=WORTH_A_KNOCK)
