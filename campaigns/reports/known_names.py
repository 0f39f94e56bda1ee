"""What the latest purchases call categories, departments and stores, as examples to type after."""

from campaigns.conditions import Kind
from points.models import Purchase, PurchaseLine

LOOKED_AT = 1_000
MOST = 6


def known_names(kind: Kind) -> list[str]:
    """Return a few names that were seen lately."""
    if kind in (Kind.STORE, Kind.USUAL_STORE):
        rows = Purchase.objects.order_by("-pk").values_list("store", flat=True)
    else:
        rows = PurchaseLine.objects.order_by("-pk").values_list(kind.value, flat=True)
    return sorted({name for name in rows[:LOOKED_AT] if name})[:MOST]
