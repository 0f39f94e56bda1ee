"""Reads of rewards and vouchers that are too big for a QuerySet."""
