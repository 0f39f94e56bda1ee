"""What a till sends and what it is told, field by field."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from members.api.errors import ErrorBody
from members.api.fields import AboveNothing, Identifier, Moment, Money, Name, Strict, Words
from points.events import Line, Purchase, Returned

MOST_LINES = 500
MOST_ITEMS = 1_000
QUANTITY = r"^(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?$"


def _quantity(value: object) -> Decimal:
    if not isinstance(value, str) or not re.fullmatch(QUANTITY, value):
        raise ValueError('must be a quantity between quotes, such as "2" or "0.345"')
    return Decimal(value)


Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    WithJsonSchema({"type": "string", "pattern": QUANTITY, "examples": ["2", "0.345"]}),
]


class LineBody(Strict):
    """One line of a receipt."""

    product: Name = Field("", description="The shop's own number of the product.")
    department: Words = ""
    category: Words = Field("", description="Lines in an excluded category earn nothing.")
    quantity: Quantity = Decimal(1)
    amount: Money = Field(description="What was paid for all of it, after discounts.")


class PurchaseBody(Strict):
    """A purchase as its till saw it."""

    receipt: Identifier = Field(
        description="Unique within the source, for ever.", examples=["2026-03-01/4/1187"]
    )
    member: Identifier = Field(
        description="The number of a card, or the number this source has for the member.",
        examples=["2000000000015"],
    )
    placed_at: Moment
    total: Money = Field(description="What was paid, after discounts, including VAT.")
    currency: Literal["EUR"]
    store: Name = ""
    till: Name = ""
    cashier: Name = Field("", description="A number, not a name.")
    channel: Name = Field("", examples=["store", "web"])
    lines: list[LineBody] = Field([], max_length=MOST_LINES)

    def event(self, member_id: int) -> Purchase:
        """Return the event of the ledger that this reports."""
        lines = tuple(
            Line(number, line.product, line.department, line.category, line.quantity, line.amount)
            for number, line in enumerate(self.lines, start=1)
        )
        return Purchase(
            self.receipt,
            member_id,
            self.placed_at,
            self.total,
            lines,
            self.store,
            self.till,
            self.cashier,
            self.channel,
        )


class TierBody(BaseModel):
    rank: int = Field(description="0 for who has reached no tier yet.", ge=0)
    name: str = Field(description="In the language that was asked for.")


class BarcodeBody(BaseModel):
    kind: Literal["code128", "ean13"] = Field(description="How the bars are drawn.")
    data: str = Field(description="What the bars say.")


class CouponBody(BaseModel):
    """A coupon to print below the receipt. Its code is worth money: keep it in no log."""

    lines: list[str] = Field(description="Its text, a line of print each.")
    code: str = Field(description="For people to type, in groups of five.")
    barcode: BarcodeBody
    valid_until: date = Field(description="The last day on which it can be used.")


class PurchaseAnswer(BaseModel):
    """What a purchase earned."""

    purchase: str = Field(description="The receipt.")
    points: int = Field(description="The points it earned.", ge=0)
    pending: int = Field(description="Those of them that cannot be spent yet.", ge=0)
    balance: int = Field(description="The member's balance right after it.")
    tier: TierBody = Field(description="The tier it was valued at.")
    explanation: list[str] = Field(description="A sentence for the receipt first, then details.")
    coupons: list[CouponBody] = Field(
        [], description="To print below the receipt; mostly none, and never in a preview."
    )


class _LikeAPurchase:
    """Documents an item as the purchase it should be; each is read by itself later."""

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(PurchaseBody.__pydantic_core_schema__)


class BatchBody(Strict):
    """Up to 1,000 purchases, in any order."""

    purchases: list[Annotated[dict[str, Any], _LikeAPurchase()]] = Field(
        min_length=1, max_length=MOST_ITEMS
    )


class ItemAnswer(BaseModel):
    """What became of one item: 201 posted, 200 known before, or why not."""

    receipt: str | None = Field(description="As it was sent, if it could be read.")
    status: int
    answer: PurchaseAnswer | None = None
    error: ErrorBody | None = None


class BatchAnswer(BaseModel):
    """An answer for each item, in the order they were sent."""

    posted: int
    repeated: int
    refused: int
    items: list[ItemAnswer]


class RefundLineBody(Strict):
    """What of one line is given back."""

    line: Annotated[int, Field(strict=True, ge=1, le=MOST_LINES)] = Field(
        description="Its place on the receipt, from 1."
    )
    quantity: Quantity = Field(Decimal(1), description="How much of it comes back; 0 for none.")
    amount: Money = Field(description="What is given back for it.")


class RefundBody(Strict):
    """Money given back for a purchase, all together or by line."""

    refund: Identifier = Field(description="Unique within the source.", examples=["R-2026-88"])
    refunded_at: Moment
    total: AboveNothing = Field(description="What was given back, above 0.", examples=["12.50"])
    lines: list[RefundLineBody] = Field(
        [],
        max_length=MOST_LINES,
        description=(
            "For which lines, where that is known; together no more than the total. What is "
            "not said of lines comes out of what earned."
        ),
    )

    @model_validator(mode="after")
    def _lines_fit(self) -> "RefundBody":
        numbers = [part.line for part in self.lines]
        if len(set(numbers)) < len(numbers):
            raise ValueError("lines: each line of the receipt may be named once")
        if sum(part.amount for part in self.lines) > self.total:
            raise ValueError("lines: must not add up to more than the total")
        return self

    @property
    def returned(self) -> tuple[Returned, ...]:
        """What is given back, line by line, as the ledger takes it."""
        return tuple(Returned(part.line, part.quantity, part.amount) for part in self.lines)


class RefundAnswer(BaseModel):
    """What a refund took back."""

    refund: str
    purchase: str = Field(description="The receipt.")
    points: int = Field(description="What it took from the balance: 0 or below.", le=0)
    waived: int = Field(description="What was let go, because it had been spent.", ge=0)
    explanation: list[str] = Field(description="A sentence for the receipt first, then details.")
