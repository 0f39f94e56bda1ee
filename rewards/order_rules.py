"""
What vouchers take off an order, each its amount or every reason why not; no database.

In the order of application: products, amounts off, percentages of what is left, and gift cards
last, since they are payment and no discount. Within a kind, as they were offered. Amounts are
cents: a percentage and the price of one piece are rounded half up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")
NOTHING = Decimal(0)
WHOLE = Decimal(1)


class Kind(StrEnum):
    """What a voucher gives, as its row has it."""

    PRODUCT = "product"
    DISCOUNT = "discount"
    PERCENTAGE = "percentage"
    PERK = "perk"
    EXPERIENCE = "experience"
    GIFT_CARD = "gift_card"


APPLIED_IN = tuple(Kind)
"""The order of application."""
WITHOUT_AMOUNT = {Kind.PERK, Kind.EXPERIENCE}


class Why(StrEnum):
    """Why a voucher is of no use for an order; stable, and part of the public interface."""

    NOT_USABLE = "voucher_not_usable"
    USED = "voucher_used"
    EXPIRED = "voucher_expired"
    WITHDRAWN = "voucher_withdrawn"
    EARLY = "voucher_early"
    HELD = "voucher_held"
    MEMBER_NEEDED = "member_needed"
    USED_BY_MEMBER = "used_by_member"
    TWICE = "same_voucher_twice"
    ORDER_TOO_SMALL = "order_too_small"
    PRODUCT_MISSING = "product_missing"
    PRODUCT_TAKEN = "product_taken"
    IS_ALONE = "voucher_is_alone"
    BESIDE_ALONE = "beside_voucher_that_is_alone"
    TOO_MANY = "too_many_vouchers"
    SHARE_REACHED = "share_reached"
    NOTHING_LEFT = "nothing_left_to_pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why not, and what would make it valid: so much more, from then on, with this product."""

    why: Why
    missing: Decimal | None = None
    at: datetime | None = None
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order: `amount` is what all of it costs."""

    amount: Decimal
    product: str = ""
    quantity: Decimal = WHOLE

    @property
    def piece(self) -> Decimal:
        """What one piece costs; of what is weighed, all that is there."""
        if self.quantity <= 1:
            return self.amount
        return cents(self.amount / self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an earlier voucher took off the same order; `voucher` is the number it has with us."""

    voucher: int = 0
    gives: str
    amount: Decimal
    product: str = ""
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid before vouchers; `reference` is the shop's own number of it."""

    total: Decimal
    lines: tuple[Line, ...] = ()
    reference: str = ""
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A voucher's worth; `value` of a gift card is what it still holds, `hindrances` its own."""

    gives: str
    value: Decimal | None = None
    percent: Decimal | None = None
    most_off: Decimal | None = None
    product: str = ""
    least_order: Decimal = NOTHING
    is_alone: bool = False
    hindrances: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a shop lets vouchers do together; gift cards are payment and count for neither."""

    most_share: Decimal = WHOLE
    most_vouchers: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a voucher takes off, or why it does not; `lost` is value that the order has no room for."""

    amount: Decimal = NOTHING
    lost: Decimal = NOTHING
    reasons: tuple[Reason, ...] = ()

    @property
    def is_valid(self) -> bool:
        return not self.reasons


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def applied(order: Order, offered: Sequence[Offered], rules: Rules) -> list[Applied]:
    """
    Answer for each voucher, in the order they were offered.

    What takes nothing off an order is not valid for it, so that no voucher is used up for
    nothing; a service or an experience has no amount and needs none.
    """
    till = _Till(order, rules)
    allowed = _allowed(order, offered, rules)
    answers: dict[int, Applied] = {}
    for number in sorted(range(len(offered)), key=lambda place: _turn(offered[place])):
        one = offered[number]
        found = [*_unfit(order, one), *allowed[number]]
        answers[number] = Applied(reasons=tuple(found)) if found else till.apply(one)
    return [answers[number] for number in range(len(offered))]


def _turn(one: Offered) -> int:
    return APPLIED_IN.index(Kind(one.gives))


def _unfit(order: Order, one: Offered) -> list[Reason]:
    """Say what stands in the way of a voucher by itself."""
    found = list(one.hindrances)
    if order.total < one.least_order:
        found.append(Reason(why=Why.ORDER_TOO_SMALL, missing=one.least_order - order.total))
    if one.gives == Kind.PRODUCT and all(line.product != one.product for line in order.lines):
        found.append(Reason(why=Why.PRODUCT_MISSING, product=one.product))
    return found


def _allowed(order: Order, offered: Sequence[Offered], rules: Rules) -> Mapping[int, list[Reason]]:
    """Say what of several stands in each other's way: who was offered first goes first."""
    company = _Company(order, rules)
    return {
        number: [] if _is_payment(one) or _unfit(order, one) else company.join(one)
        for number, one in enumerate(offered)
    }


def _is_payment(one: Offered | Taken) -> bool:
    return one.gives == Kind.GIFT_CARD


class _Company:
    """The discounts of an order, as they come in."""

    def __init__(self, order: Order, rules: Rules) -> None:
        before = [one for one in order.taken if not _is_payment(one)]
        self.rules = rules
        self.many = len(before)
        self.is_closed = any(one.is_alone for one in before)
        self.products = {one.product for one in before if one.gives == Kind.PRODUCT}

    def join(self, one: Offered) -> list[Reason]:
        found = []
        if self.is_closed:
            found.append(Reason(why=Why.BESIDE_ALONE))
        if one.is_alone and self.many:
            found.append(Reason(why=Why.IS_ALONE))
        if one.gives == Kind.PRODUCT and one.product in self.products:
            found.append(Reason(why=Why.PRODUCT_TAKEN, product=one.product))
        if self.many >= self.rules.most_vouchers:
            found.append(Reason(why=Why.TOO_MANY))
        if not found:
            self.many += 1
            self.is_closed = one.is_alone
            self.products |= {one.product} if one.gives == Kind.PRODUCT else set()
        return found


@dataclass
class _Till:
    """What is left to pay while vouchers are taken off one after another."""

    order: Order
    rules: Rules
    left: Decimal = field(init=False)
    room: Decimal = field(init=False)
    """What discounts may still take."""

    def __post_init__(self) -> None:
        gone = [one for one in self.order.taken if not _is_payment(one)]
        share = (self.order.total * self.rules.most_share).quantize(CENT, ROUND_DOWN)
        self.left = max(
            NOTHING, self.order.total - sum((one.amount for one in self.order.taken), NOTHING)
        )
        self.room = max(NOTHING, share - sum((one.amount for one in gone), NOTHING))

    def apply(self, one: Offered) -> Applied:
        if one.gives in WITHOUT_AMOUNT:
            return Applied()
        worth = self._worth(one)
        amount = min(worth, self.left)
        if not _is_payment(one):
            amount = min(amount, self.room)
        if amount <= 0:
            return Applied(reasons=(self._nothing(),))
        self.left -= amount
        self.room -= NOTHING if _is_payment(one) else amount
        lost = worth - amount if one.gives == Kind.DISCOUNT else NOTHING
        return Applied(amount=amount, lost=lost)

    def _nothing(self) -> Reason:
        is_share = self.left > 0 and self.room <= 0
        return Reason(why=Why.SHARE_REACHED if is_share else Why.NOTHING_LEFT)

    def _worth(self, one: Offered) -> Decimal:
        match one.gives:
            case Kind.PRODUCT:
                pieces = [line.piece for line in self.order.lines if line.product == one.product]
                worth = max(pieces)
            case Kind.PERCENTAGE:
                worth = cents(self.left * (one.percent or NOTHING) / 100)
            case _:
                worth = one.value or NOTHING
        return worth if one.most_off is None else min(worth, one.most_off)
