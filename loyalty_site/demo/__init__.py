"""Marktzicht, an invented grocer, with purchases that nobody here invented."""
