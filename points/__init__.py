"""Purchases, the ledger, program versions, expiry and tier qualification."""
