"""The kinds of entry, as numbers that never change meaning."""

from enum import IntEnum


class Kind(IntEnum):
    """What happened to a member's points."""

    EARNED = 1
    BONUS = 2
    CLAWED_BACK = 3
    REDEEMED = 4
    RESTORED = 5
    EXPIRED = 6
    ADJUSTED = 7
    GIFT_SENT = 8
    GIFT_RECEIVED = 9
    REFUND_VOIDED = 10


MEMBER_BITS = 24
"""An entry's id is `member << 24 | sequence`: a member's rows lie together, no sequence is asked."""
