"""`/purchases/{source}/{receipt}/refunds`: money given back."""

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from members.api.auth import Caller, Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.fields import can_be_kept
from members.models import Scope
from members.refusals import Refusal
from points.actions.reporting import preview_refund, report_refund
from points.api.bodies import RefundAnswer, RefundBody
from points.api.refusing import refused
from points.models import Purchase

router = Router(tags=["Refunds"])
WRONG = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorBody)


@router.post(
    "/{source}/{path:receipt}/refunds",
    auth=Key(Scope.WRITE_REFUNDS),
    response={200: RefundAnswer, 201: RefundAnswer, **WRONG},
    summary="Report a refund",
)
def refund(
    request: HttpRequest, source: str, receipt: str, body: RefundBody
) -> Status[RefundAnswer]:
    """
    Takes back what the rest of the basket would not have earned: 201 the first time.

    Any number of parts comes to the same as one refund of the whole. A source is a business: a
    client refunds what any client of its own source sold. Sent again it answers 200 with the
    same body; with another content 409.
    """
    caller = caller_of(request)
    purchase = _purchase(caller, source, receipt)
    try:
        done = report_refund(
            purchase=purchase,
            refund=body.refund,
            refunded_at=body.refunded_at,
            total=body.total,
            lines=body.returned,
            actor=caller.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    return Status(201 if done.is_new else 200, RefundAnswer(**asdict(done.told)))


@router.post(
    "/{source}/{path:receipt}/refunds/preview",
    auth=Key(Scope.WRITE_REFUNDS),
    response={200: RefundAnswer, **WRONG},
    summary="Ask what a refund would take back",
)
def preview_of_refund(
    request: HttpRequest, source: str, receipt: str, body: RefundBody
) -> RefundAnswer:
    """Answers as if the refund were reported now, with its refusals too; keeps nothing."""
    caller = caller_of(request)
    purchase = _purchase(caller, source, receipt)
    try:
        told = preview_refund(
            purchase=purchase,
            refund=body.refund,
            refunded_at=body.refunded_at,
            total=body.total,
            lines=body.returned,
            actor=caller.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    return RefundAnswer(**asdict(told))


def _purchase(caller: Caller, source: str, receipt: str) -> Purchase:
    """Find what was sold; what another business sold does not exist for this one."""
    found: Purchase | None = None
    if source == caller.client.source.name and can_be_kept(receipt):
        found = Purchase.objects.filter(source=caller.client.source, receipt=receipt).first()
    if found is None:
        raise ApiError(
            404,
            "unknown_purchase",
            _("There is no purchase with this receipt."),
            {"source": source, "receipt": receipt},
        )
    return found
