"""The back office's pages of this room."""

from rewards.admin import batch, coupon_rule, redemption, reward, voucher, wrong_try

__all__ = ["batch", "coupon_rule", "redemption", "reward", "voucher", "wrong_try"]
