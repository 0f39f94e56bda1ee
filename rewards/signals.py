"""What this room announces."""

from django.dispatch import Signal

voucher_issued = Signal()
"""With `voucher_id`."""
voucher_captured = Signal()
"""With `capture_id`: a voucher was used on an order."""
reward_redeemed = Signal()
"""With `redemption_id`."""
reward_returned = Signal()
"""With `place_id`: a piece is held for who waited in line."""
codes_guessed = Signal()
"""With `wrong_try_id`: somebody tries more codes than people mistype."""
batch_asked = Signal()
"""With `batch_id`: codes are to be made in the background."""
