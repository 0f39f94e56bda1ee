"""`/vouchers`: validated, held, used, let go and given back."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from members.api.auth import Caller, Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.fields import written
from members.models import Scope
from members.refusals import Refusal
from members.reports.numbers import holders_of
from points.api.refusing import unknown_member
from rewards.actions.captures import capture_reservation
from rewards.actions.proven_redemption import prove_holder
from rewards.actions.reservations import release_reservation, reserve_vouchers
from rewards.actions.rollbacks import roll_back
from rewards.actions.validation import validate_vouchers
from rewards.api.answers import held_told, refused, shown_on_card, vouchers_told
from rewards.api.bodies import (
    CaptureAnswer,
    CaptureBody,
    CodesBody,
    ReleaseAnswer,
    ReleaseBody,
    ReserveAnswer,
    ReserveBody,
    RollbackAnswer,
    RollbackBody,
    ValidateAnswer,
)
from rewards.models import Capture, Reservation, Rollback

router = Router(tags=["Vouchers"])
WRONG = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorBody)
uses = Key(Scope.USE_VOUCHERS)


@router.post(
    "/validate",
    auth=uses,
    response={200: ValidateAnswer, **WRONG},
    summary="Ask what vouchers are worth on an order",
)
def validate(request: HttpRequest, body: CodesBody) -> ValidateAnswer:
    """
    Answers for each code what it takes off, or every reason why not and what would help.

    Nothing is held or used. A code that is unknown, used, expired or withdrawn is
    `voucher_not_usable`, unless it was used on this very order or the card of its owner is shown.
    """
    caller = caller_of(request)
    try:
        member, is_proven = _whose(body, caller)
        answers = validate_vouchers(
            codes=body.typed,
            order=body.order.as_order(),
            client=caller.client,
            member_id=member,
            is_proven=is_proven,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    told = vouchers_told(answers)
    off = sum(answer.told.amount for answer in answers)
    return ValidateAnswer(off=f"{off:.2f}", vouchers=told)


@router.post(
    "/reservations",
    auth=uses,
    response={200: ReserveAnswer, 201: ReserveAnswer, **WRONG},
    summary="Hold vouchers for an order",
)
def reserve(request: HttpRequest, body: ReserveBody) -> Status[ReserveAnswer]:
    """
    Holds all of the codes for fifteen minutes, or none: 201 the first time.

    `reservation` is its key for ever: sent again with the same content it answers 200 with what
    is held, with other content 409. If one voucher is not valid the answer is 409 with the code
    of the first reason, and `details.vouchers` says of each.
    """
    caller = caller_of(request)
    known = Reservation.objects.filter(client=caller.client, key=body.reservation)
    is_new = not known.exists()
    try:
        member, is_proven = _whose(body, caller)
        held = reserve_vouchers(
            codes=body.typed,
            order=body.order.as_order(),
            key=body.reservation,
            client_id=caller.client.pk,
            actor=caller.actor,
            member_id=member,
            is_proven=is_proven,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    return Status(201 if is_new else 200, held_told(body.reservation, held))


@router.post(
    "/reservations/{reservation}/capture",
    auth=uses,
    response={200: CaptureAnswer, 201: CaptureAnswer, **WRONG},
    summary="Use a voucher that is held",
)
def capture(request: HttpRequest, reservation: UUID, body: CaptureBody) -> Status[CaptureAnswer]:
    """
    Uses the voucher, once: 201, and 200 with the same body from then on.

    A gift card may be captured for less than was reserved; the rest stays on it. After the
    fifteen minutes it still works as long as nobody else has taken the voucher.
    """
    caller = caller_of(request)
    held = _reservation(reservation, caller)
    is_new = not Capture.objects.filter(reservation=held).exists()
    try:
        made = capture_reservation(
            reservation_id=held.pk, amount=body.amount, actor=caller.actor, now=timezone.now()
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    answer = CaptureAnswer(
        capture=str(made.reference), amount=written(made.amount), order=made.order
    )
    return Status(201 if is_new else 200, answer)


@router.post(
    "/reservations/{reservation}/release",
    auth=uses,
    response={200: ReleaseAnswer, **WRONG},
    summary="Let a voucher go",
)
def release(request: HttpRequest, reservation: UUID, body: ReleaseBody) -> ReleaseAnswer:  # noqa: ARG001
    """Lets a voucher go that was not used, as when the order is cancelled; twice is once."""
    held = _reservation(reservation, caller_of(request))
    try:
        ended = release_reservation(reservation_id=held.pk, now=timezone.now())
    except Refusal as refusal:
        raise refused(refusal) from None
    return ReleaseAnswer(id=str(ended.reference), state=ended.state)


@router.post(
    "/captures/{capture}/rollback",
    auth=uses,
    response={200: RollbackAnswer, 201: RollbackAnswer, **WRONG},
    summary="Give back what a voucher took off",
)
def rollback(request: HttpRequest, capture: UUID, body: RollbackBody) -> Status[RollbackAnswer]:
    """
    Undoes a capture in part or whole, when goods come back: 201 the first time.

    The value of a gift card returns to the card; points that a voucher was bought with go back
    to the member, in proportion; the use of a promotional code returns once all of it is undone.
    """
    caller = caller_of(request)
    used = _capture(capture, caller)
    known = Rollback.objects.filter(capture=used, client=caller.client, key=body.rollback)
    is_new = not known.exists()
    try:
        made = roll_back(
            capture_id=used.pk,
            amount=body.amount,
            key=body.rollback,
            client_id=caller.client.pk,
            actor=caller.actor,
            now=timezone.now(),
        )
    except Refusal as refusal:
        raise refused(refusal) from None
    answer = RollbackAnswer(
        rollback=body.rollback,
        capture=str(used.reference),
        amount=written(made.amount),
        points=made.points,
    )
    return Status(201 if is_new else 200, answer)


def _whose(body: CodesBody, caller: Caller) -> tuple[int | None, bool]:
    """Return whose order it is, and whether they showed their card."""
    number, member = body.order.member, None
    if number is not None:
        member, _blocked = holders_of([number], caller.client.source_id).get(number, (None, None))
        if member is None:
            raise unknown_member(number)
    if body.proof is None:
        return member, False
    shown = shown_on_card(number or "", body.proof)
    holder = prove_holder(shown=shown, client_id=caller.client.pk, now=timezone.now())
    # Of two who are named, the card that was shown is whose it is.
    return holder, True


def _reservation(reference: UUID, caller: Caller) -> Reservation:
    """Find what any till of this business holds; another's does not exist for this one."""
    found = Reservation.objects.filter(client__source=caller.client.source, reference=reference)
    held = found.first()
    if held is None:
        raise ApiError(404, "unknown_reservation", _("There is no such reservation."))
    return held


def _capture(reference: UUID, caller: Caller) -> Capture:
    found = Capture.objects.filter(
        reservation__client__source=caller.client.source, reference=reference
    ).first()
    if found is None:
        raise ApiError(404, "unknown_capture", _("There is no such capture."))
    return found
