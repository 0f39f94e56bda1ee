"""What this room does in the background when somebody asks for it."""

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.utils import timezone

from rewards.actions.batch_making import make_batch

task: Callable[[Callable[..., None]], Any] = shared_task


@task
def make_codes(batch_id: int) -> None:
    """Make the codes of a batch; sent twice, none is made too many."""
    make_batch(batch_id=batch_id, now=timezone.now())
