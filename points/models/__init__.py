"""One row's facts and many rows' filters."""

from points.models.account import Account
from points.models.ledger import Allocation, Debt, Entry, Lot
from points.models.program import ProgramVersion
from points.models.purchase import Purchase, PurchaseLine, Refund

__all__ = [
    "Account",
    "Allocation",
    "Debt",
    "Entry",
    "Lot",
    "ProgramVersion",
    "Purchase",
    "PurchaseLine",
    "Refund",
]
