"""What this room does when others, or its own actions, have news."""

from contextlib import suppress
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from rewards.signals import batch_asked
from rewards.tasks import make_codes


@receiver(batch_asked)
def make_at_once(batch_id: int, **_: Any) -> None:
    # Without a broker the sweep makes them, a few minutes later.
    with suppress(OperationalError):
        make_codes.delay(batch_id)
