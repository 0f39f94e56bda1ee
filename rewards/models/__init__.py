"""What members can have for their points, who got what, and the vouchers it became."""

from rewards.models.batch import Batch, BatchExport
from rewards.models.coupon import CouponRule, PrintedCoupon
from rewards.models.redemption import Choice, LimitUse, Place, Redemption
from rewards.models.reservation import Capture, Reservation, Rollback
from rewards.models.reward import EarlyAccess, Invited, Reward, RewardPicture, Stock
from rewards.models.voucher import Voucher
from rewards.models.wrong_try import UsedProof, WrongTry

__all__ = [
    "Batch",
    "BatchExport",
    "Capture",
    "Choice",
    "CouponRule",
    "EarlyAccess",
    "Invited",
    "LimitUse",
    "Place",
    "PrintedCoupon",
    "Redemption",
    "Reservation",
    "Reward",
    "RewardPicture",
    "Rollback",
    "Stock",
    "UsedProof",
    "Voucher",
    "WrongTry",
]
