"""Reads too big for a QuerySet."""
