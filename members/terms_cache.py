"""Whether there are terms to read, which the foot of every page asks; kept in the process."""

import time
from datetime import datetime

from members.models import Terms

SECONDS_KEPT = 20
"""How long after the first publication a process may still say that there are none."""

_none_until = 0.0
_published = False


def terms_are_published(now: datetime) -> bool:
    """Tell whether any version holds; once one does there always is one, and nobody asks again."""
    global _none_until, _published  # noqa: PLW0603
    if not _published and _none_until < time.monotonic():
        _published = Terms.objects.filter(published_at__lte=now).exists()
        _none_until = time.monotonic() + SECONDS_KEPT
    return _published


def forget_terms() -> None:
    """Look again at the next page of this process."""
    global _none_until, _published
    _none_until, _published = 0.0, False
