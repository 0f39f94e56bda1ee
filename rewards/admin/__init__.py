"""The back office's pages of this room."""

from rewards.admin import voucher

__all__ = ["voucher"]
