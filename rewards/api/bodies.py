"""What a till sends about rewards and vouchers and what it is told, field by field."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from members.api.fields import AboveNothing, Identifier, Money, Name, Strict, Words
from points.api.bodies import Quantity
from rewards.models.reward import MOST_POINTS
from rewards.order_rules import Line, Order

MOST_CODES = 10
MOST_LINES = 500
LARGEST = 2**31 - 1
Code = Annotated[Words, Field(min_length=1, max_length=64)]
Points = Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS)]
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
Proof = Annotated[Words, Field(min_length=1, max_length=64)]
PROOF = (
    "What the member's card shows now: its number and the eight digits, as in the QR code, or the "
    "eight digits alone."
)


class OrderLineBody(Strict):
    """One line of the order; vouchers for a product look for theirs."""

    product: Name = Field("", description="The shop's own number of the product.")
    quantity: Quantity = Decimal(1)
    amount: Money = Field(description="What all of it costs, after discounts.")


class OrderBody(Strict):
    """An order as it is before vouchers."""

    total: Money = Field(description="What is to be paid before vouchers, including VAT.")
    currency: Literal["EUR"]
    order: Identifier | None = Field(
        None,
        description="Your own number of the order; vouchers that come one by one then count "
        "together, and a till that died can take its own over.",
    )
    member: Identifier | None = Field(
        None, description="Whose order it is: the number of a card, or this source's own."
    )
    lines: list[OrderLineBody] = Field([], max_length=MOST_LINES)

    def as_order(self) -> Order:
        """Return the order as the rules see it."""
        lines = tuple(
            Line(product=line.product, quantity=line.quantity, amount=line.amount)
            for line in self.lines
        )
        return Order(total=self.total, lines=lines, reference=self.order or "")


class CodesBody(Strict):
    """The codes on an order, as they were scanned or typed: one, or several."""

    code: Code | None = Field(None, examples=["7F3Q2-9KXM4-T8BAC"])
    codes: list[Code] | None = Field(None, min_length=1, max_length=MOST_CODES)
    order: OrderBody
    proof: Proof | None = Field(
        None, description=f"{PROOF} Whose voucher it is may know why it cannot be used."
    )

    @model_validator(mode="after")
    def _names_codes_once(self) -> "CodesBody":
        if (self.code is None) == (self.codes is None):
            raise ValueError("code: send either code or codes")
        return self

    @property
    def typed(self) -> list[str]:
        return self.codes if self.codes is not None else [self.code or ""]


class ReserveBody(CodesBody):
    """Vouchers to hold, under a key of your own."""

    reservation: Identifier = Field(
        description="Your own key of this reservation, unique for this client, for ever.",
        examples=["till3-000187"],
    )


class CaptureBody(Strict):
    """What was really taken off; without an amount all that was reserved."""

    amount: Money | None = Field(
        None, description="Of a gift card at most what was reserved; of others exactly that."
    )


class ReleaseBody(Strict):
    """Nothing needs to be said."""


class RollbackBody(Strict):
    """What comes back; without an amount all that is left of the capture."""

    rollback: Identifier = Field(
        description="Your own key of this rollback, unique for this client and capture.",
        examples=["R-2026-88"],
    )
    amount: AboveNothing | None = None


class RedeemBody(Strict):
    """What a member wants for their points."""

    reward: Number = Field(description="Its number in the catalog.")
    proof: Proof | None = Field(None, description=f"{PROOF} Without it nothing is spent: 403.")
    points: Points | None = Field(
        None, description="Where the member chooses how many; without it the price."
    )
    revision: Number | None = Field(
        None, description="The revision that was shown; if it was repriced since, 409."
    )


class ReasonBody(BaseModel):
    """Why a voucher is of no use, and what would make it valid."""

    code: str = Field(description="Stable; as in the table of codes.")
    message: str = Field(description="A sentence for the till or its customer.")
    missing: str | None = Field(None, description="So much more, and the order is large enough.")
    at: str | None = Field(None, description="From then on; of a held one, until when it is held.")
    product: str | None = Field(None, description="The product it is for.")


class WorthBody(BaseModel):
    """What a voucher is; nothing of one that the asker may not know of."""

    gives: str = Field(
        description="`discount`, `percentage`, `product`, `gift_card`, `perk` or `experience`."
    )
    ends_in: str = Field(description="The last of its code.")
    value: str | None = Field(description="In euros; of a gift card what it still holds.")
    percent: str | None
    product: str = Field(description="The shop's number of the product it is for.")
    vat: str = Field(description="`multi`: VAT when it is used. `single`: when it was issued.")
    valid_until: str


class VoucherBody(BaseModel):
    """The answer about one code, in the order they were sent."""

    valid: bool
    amount: str = Field(description="What it takes off the order.")
    lost: str = Field(description="Value for which the order has no room; it is used up as well.")
    reasons: list[ReasonBody] = Field(description="Every reason why not; empty if it is valid.")
    voucher: WorthBody | None = None


class ValidateAnswer(BaseModel):
    """What the codes are worth on this order, together."""

    off: str = Field(description="What they take off, all together; gift cards among it.")
    vouchers: list[VoucherBody]


class HeldBody(BaseModel):
    """One voucher that is held."""

    id: str = Field(description="What to capture or release it by.")
    state: str = Field(description="`live`, `captured`, `released` or `lapsed`.")
    amount: str = Field(description="What it takes off the order.")
    gives: str
    ends_in: str


class ReserveAnswer(BaseModel):
    """What is held, in the order of the codes."""

    reservation: str = Field(description="Your own key.")
    until: str = Field(description="Capture before this moment.")
    off: str
    vouchers: list[HeldBody]


class CaptureAnswer(BaseModel):
    """What was taken off, once and for all."""

    capture: str = Field(description="What to roll it back by.")
    amount: str
    order: str


class ReleaseAnswer(BaseModel):
    id: str
    state: str


class RollbackAnswer(BaseModel):
    """What came back, and of it in points."""

    rollback: str = Field(description="Your own key.")
    capture: str
    amount: str = Field(description="The amount that this rollback undid.")
    points: int = Field(description="Points that went back to the member.", ge=0)


class RedeemedVoucher(WorthBody):
    code: str = Field(description="For its owner alone: print it or show it, keep it nowhere.")


class RedeemAnswer(BaseModel):
    """What the points became."""

    redemption: str
    member: str
    reward: int
    points: int = Field(description="What was paid.", ge=1)
    value: str | None
    voucher: RedeemedVoucher | None


class RewardBody(BaseModel):
    """One line of the catalog, in the language that was asked for."""

    reward: int
    revision: int
    gives: str
    name: str
    text: str
    rules: str
    points: int = Field(description="The price, or the lowest where the member chooses.")
    step_points: int | None = Field(description="Where the member chooses: so many more a step.")
    most_points: int | None
    value: str | None = Field(description="In euros, at the lowest price.")
    step_value: str | None = Field(description="What each step adds, in euros.")
    percent: str | None
    most_off: str | None
    product: str
    least_order: str
    tier: int = Field(description="From this tier; 0 for everybody.")
    opens_at: str | None
    closes_at: str | None
    left: int | None = Field(description="Pieces left; null if it never runs out.")


class CatalogAnswer(BaseModel):
    """A page of the catalog; `next` is the `after` of the one that follows."""

    rewards: list[RewardBody]
    next: int | None
