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
HELD = "5b0c6f0e-2f0a-4b57-9a39-6a5f2c1d7e10"
USED = "0d0ad2a4-6f7c-4a51-8d0e-7f1f4c0a9b22"
ORDER = {
    "total": "40.00",
    "currency": "EUR",
    "order": "2026-03-01/4/1191",
    "lines": [{"product": "8710400", "quantity": "2", "amount": "40.00"}],
}
CODE = "7F3Q2-9KXM4-T8BAC"
WORTH = {
    "gives": "discount",
    "ends_in": "T8BAC",
    "value": "5.00",
    "percent": None,
    "product": "",
    "vat": "multi",
    "valid_until": "2027-03-01T23:00:00Z",
}
REQUESTS: dict[str, dict[str, Any]] = {
    "report": PURCHASE,
    "preview": PURCHASE,
    "report_many": {"purchases": [PURCHASE]},
    "refund": REFUND,
    "preview_of_refund": REFUND,
    "enroll": {"email": "anna@example.nl", "name": "Anna Visser", "language": "nl"},
    "redeem": {"reward": 1, "proof": f"{NUMBER}48213907"},
    "validate": {"code": CODE, "order": ORDER},
    "reserve": {"reservation": "till3-000187", "code": CODE, "order": ORDER},
    "capture": {"amount": "5.00"},
    "release": {},
    "rollback": {"rollback": "R-2026-88", "amount": "2.50"},
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
ANSWERS |= {
    "rewards": {
        "rewards": [
            {
                "reward": 1,
                "revision": 1,
                "gives": "discount",
                "name": "€ 5 off",
                "text": "On anything we sell.",
                "rules": "On orders from € 10.",
                "points": 500,
                "step_points": 100,
                "most_points": 5000,
                "value": "5.00",
                "step_value": "1.00",
                "percent": None,
                "most_off": None,
                "product": "",
                "least_order": "10.00",
                "tier": 0,
                "opens_at": None,
                "closes_at": None,
                "left": None,
            }
        ],
        "next": None,
    },
    "redeem": {
        "redemption": "c1a1d0c8-5a1e-5f0e-8c3b-0b3a7f2d9e41",
        "member": NUMBER,
        "reward": 1,
        "points": 500,
        "value": "5.00",
        "voucher": WORTH | {"code": CODE},
    },
    "validate": {
        "off": "5.00",
        "vouchers": [
            {"valid": True, "amount": "5.00", "lost": "0.00", "reasons": [], "voucher": WORTH}
        ],
    },
    "reserve": {
        "reservation": "till3-000187",
        "until": "2026-03-01T14:00:00Z",
        "off": "5.00",
        "vouchers": [
            {
                "id": HELD,
                "state": "live",
                "amount": "5.00",
                "gives": "discount",
                "ends_in": "T8BAC",
            }
        ],
    },
    "capture": {"capture": USED, "amount": "5.00", "order": "2026-03-01/4/1191"},
    "release": {"id": HELD, "state": "released"},
    "rollback": {"rollback": "R-2026-88", "capture": USED, "amount": "2.50", "points": 250},
}
PARAMETERS = {
    "number": NUMBER,
    "source": "tills",
    "receipt": "2026-03-01/4/1187",
    "as_of": "2026-03-31",
    "known_at": "2026-04-01T08:00:00+02:00",
    "after": 0,
    "limit": 100,
    "reservation": HELD,
    "capture": USED,
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
    "too_many_wrong_codes": {"retry_after": 42},
    "not_enough_points": {"missing": 340},
    "captured_whole": {"amount": "5.00"},
    "more_than_reserved": {"amount": "5.00"},
    "more_than_captured": {"left": "2.50"},
}
