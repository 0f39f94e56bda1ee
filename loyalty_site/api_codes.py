"""Every code the API answers: what it means, and which operation answers it with which status."""

from rewards.order_rules import Why

MEANING = {
    "unreadable": "The body is not JSON in UTF-8, names a field twice or is nested too deeply.",
    "no_idempotency_key": "The header `Idempotency-Key` is missing, or is not 1 to 64 visible "
    "ASCII characters.",
    "no_key": "No API key came along.",
    "unknown_key": "The API key is not known, or has ended.",
    "missing_scope": "The client lacks the scope that `details.scope` names.",
    "no_such_address": "There is nothing at this address.",
    "unknown_member": "Nobody has this number.",
    "unknown_purchase": "This source reported no purchase with this receipt.",
    "method_not_allowed": "This address takes the methods that `details.allowed` names.",
    "other_content": "The same receipt, refund or key came before with other content; "
    "`details.different` says which.",
    "still_running": "The same request is being carried out right now; wait `Retry-After` seconds.",
    "card_blocked": "The card was blocked before the purchase.",
    "in_the_future": "The moment lies more than five minutes ahead of our clock.",
    "outside_program": "The program had not begun at that moment.",
    "member_closed": "This membership has been closed.",
    "unknown_line": "The receipt has no line with the number that `details.line` names.",
    "before_purchase": "The refund is dated before its purchase.",
    "address_in_use": "Another member has this e-mail address.",
    "no_proof": "The code that the member's card shows did not come along; a number spends nothing.",
    "proof_wrong": "The code does not belong to this card.",
    "proof_expired": "The code is older than five minutes; the card shows a new one.",
    "proof_used": "The code was used for a redemption; the card shows another within half a minute.",
    "unknown_reward": "There is no such reward, or not for this member.",
    "reward_withdrawn": "The reward is no longer in the catalog.",
    "reward_over": "The reward was offered until a moment that has passed.",
    "reward_not_yet": "The reward opens later.",
    "reward_from_tier": "The member has not reached the tier that the reward is for.",
    "reward_limit_reached": "The member had the reward as often as one may.",
    "reward_sold_out": "No pieces are left.",
    "reward_repriced": "The reward changed since it had the `revision` that was sent.",
    "no_such_price": "`points` is none of the prices of this reward.",
    "not_enough_points": "The member cannot spend so many points; `details.missing` more are needed.",
    "member_frozen": "This membership is frozen; no points can be spent.",
    "voucher_not_usable": "The code is unknown, used, expired or withdrawn: strangers hear no more.",
    "voucher_used": "The voucher has been used; said to those who may know.",
    "voucher_expired": "The voucher has expired; said to those who may know.",
    "voucher_withdrawn": "The voucher was withdrawn; said to those who may know.",
    "voucher_early": "The voucher is valid from `at`.",
    "voucher_held": "Another till holds the voucher until `at`.",
    "member_needed": "The code may be used a number of times by each member: name whose order it is.",
    "used_by_member": "This member has used the code as often as each may.",
    "same_voucher_twice": "The same voucher came twice on one order.",
    "order_too_small": "The order is `missing` short of what the voucher is for.",
    "product_missing": "The order lacks the `product` that the voucher is for.",
    "product_taken": "Another voucher on the order gives this product.",
    "voucher_is_alone": "The voucher cannot be used together with others, and others came first.",
    "beside_voucher_that_is_alone": "A voucher on the order cannot be used together with others.",
    "too_many_vouchers": "The order has as many vouchers as it may.",
    "share_reached": "Vouchers have taken the share of the order that they may.",
    "nothing_left_to_pay": "Nothing is left for the voucher to take off.",
    "unknown_reservation": "This source has no such reservation.",
    "already_captured": "The voucher was used on the order; roll the capture back instead.",
    "reservation_released": "The reservation was let go; reserve the voucher again.",
    "reservation_ran_out": "The hold ran out, and the voucher is of no use any more.",
    "taken_by_another": "The hold ran out, and somebody else has taken the voucher since.",
    "captured_whole": "A voucher other than a gift card is captured for all that was reserved.",
    "more_than_reserved": "A gift card is captured for more than 0 and at most what was reserved.",
    "unknown_capture": "This source has no such capture.",
    "more_than_captured": "No more comes back than `details.left`.",
    "too_large": "The body has more bytes than `details.most_bytes`; send it in parts.",
    "not_valid": "Fields are missing or wrong; `details.fields` names each with its problem.",
    "too_many_requests": "The client asked more often than it may in a minute; wait `Retry-After` "
    "seconds.",
    "too_many_wrong_codes": "More than ten wrong codes in a minute, or a hundred in an hour; wait "
    "`Retry-After` seconds, and look who is trying.",
    "our_fault": "Something went wrong on our side; nothing was kept.",
}

EVERYWHERE = {
    400: ("unreadable",),
    401: ("no_key", "unknown_key"),
    403: ("missing_scope",),
    429: ("too_many_requests",),
}
WITH_A_BODY = {413: ("too_large",), 422: ("not_valid",)}
OF_A_PURCHASE = {
    404: ("unknown_member",),
    409: ("other_content", "card_blocked", "in_the_future", "outside_program", "member_closed"),
}
OF_A_REFUND = {
    404: ("unknown_purchase",),
    409: (
        "other_content",
        "unknown_line",
        "before_purchase",
        "in_the_future",
        "outside_program",
    ),
}
WRONG_CODES = {429: ("too_many_requests", "too_many_wrong_codes")}
WITHOUT_PROOF = ("proof_wrong", "proof_expired")
NOT_VALID_NOW = tuple(why.value for why in Why)
"""Why a voucher is not held; validating says the same in `reasons`, with success."""
OF_A_CARD = ("card_blocked", "member_closed")
CODES: dict[str, dict[int, tuple[str, ...]]] = {
    "report": EVERYWHERE | WITH_A_BODY | OF_A_PURCHASE,
    "preview": EVERYWHERE | WITH_A_BODY | OF_A_PURCHASE,
    "report_many": EVERYWHERE | WITH_A_BODY,
    "refund": EVERYWHERE | WITH_A_BODY | OF_A_REFUND,
    "preview_of_refund": EVERYWHERE | WITH_A_BODY | OF_A_REFUND,
    "enroll": EVERYWHERE
    | WITH_A_BODY
    | {
        400: ("unreadable", "no_idempotency_key"),
        409: ("address_in_use", "other_content", "still_running"),
    },
    "look_up": EVERYWHERE | {404: ("unknown_member",)},
    "statement": EVERYWHERE
    | {404: ("unknown_member",), 409: ("outside_program",), 422: ("not_valid",)},
    "rewards": EVERYWHERE | {422: ("not_valid",)},
    "redeem": EVERYWHERE
    | WITH_A_BODY
    | WRONG_CODES
    | {
        400: ("unreadable", "no_idempotency_key"),
        403: ("missing_scope", "no_proof", *WITHOUT_PROOF, "proof_used"),
        404: ("unknown_member", "unknown_reward"),
        409: (
            "other_content",
            *OF_A_CARD,
            "member_frozen",
            "not_enough_points",
            "reward_withdrawn",
            "reward_over",
            "reward_not_yet",
            "reward_from_tier",
            "reward_limit_reached",
            "reward_sold_out",
            "reward_repriced",
            "no_such_price",
            "outside_program",
        ),
    },
    "validate": EVERYWHERE
    | WITH_A_BODY
    | WRONG_CODES
    | {
        403: ("missing_scope", *WITHOUT_PROOF),
        404: ("unknown_member",),
        409: OF_A_CARD,
    },
    "reserve": EVERYWHERE
    | WITH_A_BODY
    | WRONG_CODES
    | {
        403: ("missing_scope", *WITHOUT_PROOF),
        404: ("unknown_member",),
        409: ("other_content", *OF_A_CARD, *NOT_VALID_NOW),
    },
    "capture": EVERYWHERE
    | WITH_A_BODY
    | {
        404: ("unknown_reservation",),
        409: (
            "other_content",
            "reservation_released",
            "reservation_ran_out",
            "taken_by_another",
            "captured_whole",
            "more_than_reserved",
        ),
    },
    "release": EVERYWHERE
    | WITH_A_BODY
    | {404: ("unknown_reservation",), 409: ("already_captured",)},
    "rollback": EVERYWHERE
    | WITH_A_BODY
    | {404: ("unknown_capture",), 409: ("other_content", "more_than_captured")},
}
"""By operation: the codes of each status other than success."""
RETRY_AFTER = {"still_running", "too_many_requests"}
