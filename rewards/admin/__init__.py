"""The back office's pages of this room."""

from rewards.admin import batch, coupon_rule, redemption, reward, voucher

__all__ = ["batch", "coupon_rule", "redemption", "reward", "voucher"]
