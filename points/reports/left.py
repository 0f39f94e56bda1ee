"""What is left of a receipt after its refunds, line by line."""

from dataclasses import dataclass
from decimal import Decimal

from points.book_worth import rest_of
from points.events import Line, Returned
from points.models import Purchase


@dataclass(frozen=True, slots=True)
class Left:
    """What of a line can still come back; `name` is what the shop calls it."""

    line: int
    name: str
    quantity: Decimal
    amount: Decimal


def left_of(purchase: Purchase) -> list[Left]:
    """Return the lines of which something is left, in two queries."""
    lines = [
        Line(row.line, row.product, row.department, row.category, row.quantity, row.amount)
        for row in purchase.lines.all()
    ]
    returned = [
        Returned(line, Decimal(quantity), Decimal(amount))
        for refund in purchase.refunds.filter(voided_at=None).exclude(lines=None)
        for line, quantity, amount in refund.lines or ()
    ]
    return [
        Left(line.line, _name(line), line.quantity, line.amount)
        for line in rest_of(lines, returned)[1]
        if line.amount > 0
    ]


def _name(line: Line) -> str:
    return " · ".join(part for part in (line.category or line.department, line.product) if part)
