"""Which version of the terms holds, which nearly every page asks; kept in the process."""

import time
from datetime import datetime

from members.models import Acceptance, Terms

SECONDS_KEPT = 20
"""How long another process may still go by the version before the one just published."""

_kept: tuple[float, int | None] | None = None


def terms_in_force(now: datetime) -> int | None:
    """Return the id of the version that holds; None as long as there are no terms."""
    global _kept  # noqa: PLW0603
    if _kept is None or _kept[0] < time.monotonic():
        newest = Terms.objects.filter(published_at__lte=now).order_by("-number")
        _kept = time.monotonic() + SECONDS_KEPT, newest.values_list("pk", flat=True).first()
    return _kept[1]


def has_to_accept(member_id: int, now: datetime) -> bool:
    """Tell whether a member has not accepted the version that holds; one narrow query at most."""
    newest = terms_in_force(now)
    if newest is None:
        return False
    return not Acceptance.objects.filter(terms_id=newest, member_id=member_id).exists()


def forget_terms() -> None:
    """Look again at the next page of this process."""
    global _kept  # noqa: PLW0603
    _kept = None
