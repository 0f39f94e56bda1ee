"""What this room does in the background when somebody asks for it."""

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.utils import timezone

from points.actions.replays import run_replay
from points.actions.spending import count_spending

task: Callable[[Callable[..., None]], Any] = shared_task


@task
def count_spending_again() -> None:
    """Count the best customers now rather than tonight."""
    count_spending(now=timezone.now())


@task
def replay_draft(replay_id: int) -> None:
    """Try a draft on the past; sent twice, it runs once."""
    run_replay(replay_id=replay_id, now=timezone.now())
