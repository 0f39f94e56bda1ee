"""The coupon rules in force as each purchase needs them, kept in the process for a few seconds."""

import time

from rewards.models import CouponRule

SECONDS_KEPT = 20
"""How long another process may still go without a rule that staff have just made."""

_kept: tuple[float, list[CouponRule]] | None = None


def coupon_rules() -> list[CouponRule]:
    """Return the rules that are not stopped; a query now and then, none for most purchases."""
    global _kept  # noqa: PLW0603
    if _kept is None or _kept[0] < time.monotonic():
        rules = list(CouponRule.objects.in_force().order_by("-least_total", "-pk"))
        _kept = (time.monotonic() + SECONDS_KEPT, rules)
    return _kept[1]


def forget_coupon_rules() -> None:
    """Read the rules anew at the next purchase of this process."""
    global _kept  # noqa: PLW0603
    _kept = None
