"""The back office's pages of this room."""

from rewards.admin import redemption, reward

__all__ = ["redemption", "reward"]
