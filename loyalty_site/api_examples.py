"""What a request and its answer look like, for the OpenAPI document; tests hold them to it."""

from typing import Any

NUMBER = "2000000000015"
PURCHASE = {
    "receipt": "2026-03-01/4/1187",
    "member": NUMBER,
    "placed_at": "2026-03-01T14:30:00+01:00",
    "total": "25.50",
    "currency": "EUR",
    "store": "Utrecht",
    "till": "4",
    "channel": "store",
    "lines": [
        {"product": "8710400", "category": "cheese", "quantity": "0.345", "amount": "12.50"},
        {"product": "8710411", "category": "bread", "quantity": "2", "amount": "13.00"},
    ],
}
TOLD = {
    "purchase": "2026-03-01/4/1187",
    "points": 25,
    "pending": 0,
    "balance": 140,
    "tier": {"rank": 1, "name": "Silver"},
    "explanation": ["25 points earned on a purchase of €25.50."],
    "coupons": [
        {
            "lines": ["€2 off your next purchase", "from €20"],
            "code": "7K3QD-9WX2M-T5B8R",
            "barcode": {"kind": "code128", "data": "7K3QD9WX2MT5B8R"},
            "valid_until": "2026-03-29",
        }
    ],
}
REFUND = {
    "refund": "R-2026-88",
    "refunded_at": "2026-03-03T10:05:00+01:00",
    "total": "12.50",
    "lines": [{"line": 1, "quantity": "0.345", "amount": "12.50"}],
}
TAKEN = {
    "refund": "R-2026-88",
    "purchase": "2026-03-01/4/1187",
    "points": -12,
    "waived": 0,
    "explanation": ["12 points taken back for a return of €12.50."],
}
REQUESTS: dict[str, dict[str, Any]] = {
    "report": PURCHASE,
    "preview": PURCHASE,
    "report_many": {"purchases": [PURCHASE]},
    "refund": REFUND,
    "preview_of_refund": REFUND,
    "enroll": {"email": "anna@example.nl", "name": "Anna Visser", "language": "nl"},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "report": TOLD,
    "preview": TOLD,
    "report_many": {
        "posted": 1,
        "repeated": 0,
        "refused": 0,
        "items": [
            {"receipt": "2026-03-01/4/1187", "status": 201, "answer": TOLD, "error": None},
        ],
    },
    "refund": TAKEN,
    "preview_of_refund": TAKEN,
    "enroll": {"member": NUMBER},
    "look_up": {
        "member": NUMBER,
        "status": "active",
        "balance": 140,
        "spendable": 115,
        "pending": 25,
        "tier": {"rank": 1, "name": "Silver"},
        "expires_next": "2027-03-31",
    },
    "statement": {
        "member": NUMBER,
        "as_of": "2026-03-31",
        "known_at": "2026-04-01T06:00:00Z",
        "earned": 165,
        "bonus": 0,
        "redeemed": 0,
        "restored": 0,
        "clawed_back": -25,
        "expired": 0,
        "adjusted": 0,
        "gifted": 0,
        "balance": 140,
        "pending": 25,
        "debt": 0,
    },
}
PARAMETERS = {
    "number": NUMBER,
    "source": "tills",
    "receipt": "2026-03-01/4/1187",
    "as_of": "2026-03-31",
    "known_at": "2026-04-01T08:00:00+02:00",
}
DETAILS: dict[str, dict[str, Any]] = {
    "missing_scope": {"scope": "purchases:write"},
    "unknown_member": {"member": NUMBER},
    "other_content": {"different": "total"},
    "unknown_line": {"line": 7},
    "still_running": {"retry_after": 1},
    "too_large": {"most_bytes": 5_242_880},
    "not_valid": {"fields": [{"field": "total", "problem": "Field required"}]},
    "too_many_requests": {"limit": 600, "retry_after": 17},
}
