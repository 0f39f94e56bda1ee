"""What this room announces."""

from django.dispatch import Signal

letter_posted = Signal()
