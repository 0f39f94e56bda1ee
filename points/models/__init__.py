"""One row's facts and many rows' filters."""

from points.models.account import Account
from points.models.ledger import Allocation, Debt, Entry, Lot
from points.models.program import ProgramVersion
from points.models.purchase import Purchase, PurchaseLine, Refund
from points.models.receipt import ClaimTries, OpenReceipt, OpenRefund
from points.models.replay import Replay
from points.models.staff_work import AdjustedInADay, AdjustmentLimit, Spending
from points.models.unusual_use import LookedInto, UnusualUse

__all__ = [
    "Account",
    "AdjustedInADay",
    "AdjustmentLimit",
    "Allocation",
    "ClaimTries",
    "Debt",
    "Entry",
    "LookedInto",
    "Lot",
    "OpenReceipt",
    "OpenRefund",
    "ProgramVersion",
    "Purchase",
    "PurchaseLine",
    "Refund",
    "Replay",
    "Spending",
    "UnusualUse",
]
