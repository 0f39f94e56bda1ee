"""What this room announces."""

from django.dispatch import Signal

program_published = Signal()
points_posted = Signal()
receipt_considered = Signal()
"""
Asks, with `receipts` and `now`, in the transaction that posts them: what is printed below each?
Each room answers coupons by purchase; one that fails must have left the database as it was.
"""
receipt_repeated = Signal()
"""Asks, with `purchases`: what was printed below each? Each room answers the same coupons again."""
