"""What this room announces."""

from django.dispatch import Signal

letter_posted = Signal()
program_named = Signal()
"""Asks, with `now`: what is the program called? The room that has its rules answers."""
