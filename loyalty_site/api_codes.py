"""Every code the API answers: what it means, and which operation answers it with which status."""

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
    "too_large": "The body has more bytes than `details.most_bytes`; send it in parts.",
    "not_valid": "Fields are missing or wrong; `details.fields` names each with its problem.",
    "too_many_requests": "The client asked more often than it may in a minute; wait `Retry-After` "
    "seconds.",
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
}
"""By operation: the codes of each status other than success."""
RETRY_AFTER = {"still_running", "too_many_requests"}
