"""`/purchases`: reported one by one or a day at once, previewed, given back."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import ValidationError

from members.api.auth import Caller, Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.faults import not_valid
from members.models import Scope
from members.refusals import Refusal
from members.reports.numbers import Holder, holders_of
from points.actions.reporting import (
    Reported,
    preview_purchase,
    report_purchase,
    report_purchases,
)
from points.api.bodies import (
    BarcodeBody,
    BatchAnswer,
    BatchBody,
    CouponBody,
    ItemAnswer,
    PurchaseAnswer,
    PurchaseBody,
    TierBody,
)
from points.api.refusing import as_body, blocked_card, refused, unknown_member
from points.events import Purchase
from points.receipts import Coupon
from points.reports.posted import Posted

router = Router(tags=["Purchases"])
WRONG = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorBody)
writes = Key(Scope.WRITE_PURCHASES)


@router.post(
    "",
    auth=writes,
    response={200: PurchaseAnswer, 201: PurchaseAnswer, **WRONG},
    summary="Report a purchase",
)
def report(request: HttpRequest, body: PurchaseBody) -> Status[PurchaseAnswer]:
    """
    Posts a purchase and answers what it earned: 201 the first time.

    The receipt is its key for ever. Sent again with the same member, moment and total it
    answers 200 with the same body, however often and however late; with another content 409.
    """
    caller = caller_of(request)
    try:
        done = report_purchase(
            event=_event(body, caller),
            source_id=caller.client.source_id,
            actor=caller.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    return Status(201 if done.is_new else 200, answer_of(done.posted, done.coupons))


@router.post(
    "/preview",
    auth=writes,
    response={200: PurchaseAnswer, **WRONG},
    summary="Ask what a purchase would earn",
)
def preview(request: HttpRequest, body: PurchaseBody) -> PurchaseAnswer:
    """Answers as if the purchase were reported now, with its refusals too; keeps nothing."""
    caller = caller_of(request)
    try:
        told = preview_purchase(
            event=_event(body, caller),
            source_id=caller.client.source_id,
            actor=caller.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    return answer_of(told)


@router.post(
    "/batch",
    auth=writes,
    response={200: BatchAnswer, **WRONG},
    summary="Report many purchases at once",
)
def report_many(request: HttpRequest, body: BatchBody) -> BatchAnswer:
    """
    Posts up to 1,000 purchases in the order of their moments, each by itself.

    What is wrong with one is said of it and stops no other. Sending the same batch again, or
    one that overlaps it, changes nothing.
    """
    caller = caller_of(request)
    items = [_Item(raw) for raw in body.purchases]
    _find_members(items, caller)
    events = [item.event for item in items if item.event is not None]
    answers = iter(
        report_purchases(
            events=events,
            source_id=caller.client.source_id,
            actor=caller.actor,
            now=timezone.now(),
        )
    )
    told = [item.told(next(answers)) if item.event else item.wrong() for item in items]
    return BatchAnswer(
        posted=sum(one.status == 201 for one in told),
        repeated=sum(one.status == 200 for one in told),
        refused=sum(one.status >= 400 for one in told),
        items=told,
    )


class _Item:
    """One item of a batch on its way."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.event: Purchase | None = None
        self.body: PurchaseBody | None = None
        self.error: ApiError | None = None
        receipt = raw.get("receipt")
        self.receipt = receipt if isinstance(receipt, str) else None
        try:
            self.body = PurchaseBody.model_validate(raw)
        except ValidationError as error:
            self.error = not_valid(error.errors())

    def told(self, done: Reported | Refusal) -> ItemAnswer:
        if isinstance(done, Refusal):
            self.error = refused(done)
            return self.wrong()
        status = 201 if done.is_new else 200
        return ItemAnswer(
            receipt=self.receipt, status=status, answer=answer_of(done.posted, done.coupons)
        )

    def wrong(self) -> ItemAnswer:
        if self.error is None:
            raise RuntimeError("an item was neither posted nor refused")
        return ItemAnswer(receipt=self.receipt, status=self.error.status, error=as_body(self.error))


def _find_members(items: list[_Item], caller: Caller) -> None:
    bodies = [item.body for item in items if item.body is not None]
    holders = holders_of({body.member for body in bodies}, caller.client.source_id)
    for item in items:
        if item.body is None:
            continue
        try:
            item.event = item.body.event(_member(item.body, holders))
        except ApiError as error:
            item.error = error


def _event(body: PurchaseBody, caller: Caller) -> Purchase:
    holders = holders_of([body.member], caller.client.source_id)
    return body.event(_member(body, holders))


def _member(body: PurchaseBody, holders: dict[str, Holder]) -> int:
    """Return whom the number stands for; a card opens nothing from the moment it was blocked."""
    member, blocked_at = holders.get(body.member, (None, None))
    if member is None:
        raise unknown_member(body.member)
    if blocked_at is not None and body.placed_at >= blocked_at:
        raise blocked_card(body.member)
    return member


def answer_of(posted: Posted, coupons: tuple[Coupon, ...] = ()) -> PurchaseAnswer:
    return PurchaseAnswer(
        purchase=posted.purchase,
        points=posted.points,
        pending=posted.pending,
        balance=posted.balance,
        tier=TierBody(rank=posted.tier, name=posted.tier_name),
        explanation=posted.explanation,
        coupons=[_printed(coupon) for coupon in coupons],
    )


def _printed(coupon: Coupon) -> CouponBody:
    return CouponBody(
        lines=list(coupon.lines),
        code=coupon.code,
        barcode=BarcodeBody(kind=coupon.kind, data=coupon.data),
        valid_until=coupon.valid_until,
    )
