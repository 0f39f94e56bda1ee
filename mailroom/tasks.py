"""What this room does in the background."""

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.utils import timezone

from mailroom.delivery import deliver_letters

WORTH_A_KNOCK = 60
"""Seconds after which the job of every minute has come by anyhow."""
task: Callable[[Callable[..., None]], Any] = shared_task


@task
def deliver() -> None:
    """Send what waits, now rather than within the minute."""
    deliver_letters(now=timezone.now())
