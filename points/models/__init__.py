"""One row's facts and many rows' filters."""

from points.models.account import Account
from points.models.ledger import Allocation, Debt, Entry, Lot
from points.models.program import ProgramVersion
from points.models.purchase import Purchase, PurchaseLine, Refund
from points.models.receipt import OpenReceipt
from points.models.staff_work import AdjustedInADay, AdjustmentLimit, Spending

__all__ = [
    "Account",
    "AdjustedInADay",
    "AdjustmentLimit",
    "Allocation",
    "Debt",
    "Entry",
    "Lot",
    "OpenReceipt",
    "ProgramVersion",
    "Purchase",
    "PurchaseLine",
    "Refund",
    "Spending",
]
