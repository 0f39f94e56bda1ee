"""What rooms above may have printed below a receipt; plain facts, no database."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A purchase as it was posted just now; `tier` is the rank it was valued at."""

    purchase: int
    member: int
    placed_at: datetime
    total: Decimal
    store: str
    tier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """What a till prints: lines of text, a code for people, bars for a scanner, its last day."""

    lines: tuple[str, ...]
    code: str
    kind: Literal["code128", "ean13"]
    data: str
    valid_until: date
