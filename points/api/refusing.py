"""The ledger's refusals as answers."""

from django.utils.translation import gettext as _

from members.api.errors import ApiError, ErrorBody
from members.refusals import Refusal

NOT_FOUND = {"unknown_member", "unknown_purchase", "unknown_refund"}


def refused(refusal: Refusal) -> ApiError:
    """Answer 404 to what does not exist, 409 to what the ledger refuses."""
    status = 404 if refusal.code in NOT_FOUND else 409
    return ApiError(status, refusal.code, refusal, refusal.details)


def unknown_member(number: str) -> ApiError:
    return ApiError(
        404, "unknown_member", _("There is no member with this number."), {"member": number}
    )


def blocked_card(number: str) -> ApiError:
    return ApiError(
        409,
        "card_blocked",
        _("This card is blocked; the member has another, or asks for one."),
        {"member": number},
    )


def as_body(error: ApiError) -> ErrorBody:
    return ErrorBody(**error.body)
