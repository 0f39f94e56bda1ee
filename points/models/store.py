"""What belongs to one store: its purchases, and the entries that tell of them."""

from django.db.models import Exists, OuterRef, Q

from points.kinds import Kind
from points.models.purchase import Purchase, Refund


def entries_of_store(store: str) -> Q:
    """Entries that a purchase of the store earned, or that its refunds took or gave back."""
    bought = Purchase.objects.filter(
        source=OuterRef("source"), receipt=OuterRef("operation"), store=store
    )
    refunded = Refund.objects.filter(entry=OuterRef("pk"), purchase__store=store)
    undone = Refund.objects.filter(
        source=OuterRef("source"), voided_by=OuterRef("operation"), purchase__store=store
    )
    return (
        Q(Exists(bought), kind=Kind.EARNED)
        | Q(Exists(refunded), kind=Kind.CLAWED_BACK)
        | Q(Exists(undone), kind=Kind.REFUND_VOIDED)
    )
