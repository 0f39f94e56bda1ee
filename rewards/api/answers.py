"""Rows as the API tells them, and its refusals."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from members.api.errors import ApiError
from members.api.fields import instant, written
from members.refusals import Refusal
from rewards.actions.reservations import VouchersRefused
from rewards.actions.wrong_tries import TooManyWrongCodes
from rewards.api.bodies import (
    HeldBody,
    ReasonBody,
    ReserveAnswer,
    RewardBody,
    VoucherBody,
    WorthBody,
)
from rewards.models import Reservation, Reward, Voucher
from rewards.order_rules import Reason
from rewards.reports.validation import Validated
from rewards.reports.validation_words import reason_text

DIGITS = re.compile(r"[0-9]{8}")
NEEDS_PROOF = {"proof_wrong", "proof_expired", "proof_used"}
NOT_FOUND = {"unknown_reward", "unknown_member"}


def refused(refusal: Refusal) -> ApiError:
    """Answer 403 to a proof that is none, 404 to what is not there, 409 to what is refused."""
    if isinstance(refusal, TooManyWrongCodes):
        wait = str(refusal.details["retry_after"])
        return ApiError(429, refusal.code, refusal, refusal.details, {"Retry-After": wait})
    details: dict[str, Any] = dict(refusal.details)
    if isinstance(refusal, VouchersRefused):
        told = vouchers_told(refusal.answers)
        details["vouchers"] = [one.model_dump() for one in told]
    status = 409
    if refusal.code in NEEDS_PROOF:
        status = 403
    elif refusal.code in NOT_FOUND:
        status = 404
    return ApiError(status, refusal.code, refusal, details)


def shown_on_card(number: str, proof: str) -> str:
    """Return what a card's QR code has, also where its eight digits were typed beside its number."""
    digits = "".join(proof.split())
    return f"{number}{digits}" if DIGITS.fullmatch(digits) else digits


def vouchers_told(answers: Sequence[Validated]) -> list[VoucherBody]:
    return [
        VoucherBody(
            valid=answer.told.is_valid,
            amount=written(answer.told.amount),
            lost=written(answer.told.lost),
            reasons=[_reason(reason) for reason in answer.told.reasons],
            voucher=None if answer.voucher is None else WorthBody(**worth_of(answer.voucher)),
        )
        for answer in answers
    ]


def worth_of(voucher: Voucher) -> dict[str, Any]:
    """Tell what a voucher is; never its code."""
    return {
        "gives": voucher.gives,
        "ends_in": voucher.tail,
        "value": _money(voucher.left if voucher.is_gift_card else voucher.value),
        "percent": None if voucher.percent is None else f"{voucher.percent:f}",
        "product": voucher.product,
        "vat": voucher.vat,
        "valid_until": instant(voucher.expires_at),
    }


def held_told(key: str, held: Sequence[Reservation]) -> ReserveAnswer:
    return ReserveAnswer(
        reservation=key,
        until=instant(held[0].until),
        off=written(sum((one.amount for one in held), Decimal(0))),
        vouchers=[
            HeldBody(
                id=str(one.reference),
                state=one.state,
                amount=written(one.amount),
                gives=one.voucher.gives,
                ends_in=one.voucher.tail,
            )
            for one in held
        ],
    )


def reward_told(reward: Reward) -> RewardBody:
    return RewardBody(
        reward=reward.pk,
        revision=reward.revision,
        gives=reward.gives,
        name=reward.name,
        text=reward.text,
        rules=reward.rules,
        points=reward.points,
        step_points=reward.step_points,
        most_points=reward.most_points,
        value=_money(reward.value),
        step_value=_money(reward.step_value),
        percent=None if reward.percent is None else f"{reward.percent:f}",
        most_off=_money(reward.most_off),
        product=reward.product,
        least_order=written(reward.least_order),
        tier=reward.tier_id or 0,
        opens_at=None if reward.from_at is None else instant(reward.from_at),
        closes_at=None if reward.until_at is None else instant(reward.until_at),
        left=reward.free,
    )


def _reason(reason: Reason) -> ReasonBody:
    return ReasonBody(
        code=reason.why.value,
        message=reason_text(reason),
        missing=_money(reason.missing),
        at=None if reason.at is None else instant(reason.at),
        product=reason.product or None,
    )


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else written(amount)
