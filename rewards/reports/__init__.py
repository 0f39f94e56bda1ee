"""Reads that are too big for a query of a model."""
