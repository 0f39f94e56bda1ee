"""What this room announces."""

from django.dispatch import Signal

program_published = Signal()
points_posted = Signal()
