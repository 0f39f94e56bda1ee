"""Purchases, refunds and statements over the wire."""
