"""What staff do at the counter: use a voucher in one step, undo that, redeem for who stands there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.proof import ProofWrong, check_proof
from members.actions.traces import record_act
from members.models import Card
from members.refusals import Refusal
from points.reports.wording import money, points_text
from rewards.actions.captures import capture_reservation
from rewards.actions.redemption import redeem_reward
from rewards.actions.reservations import locked, release_reservation, reserve_voucher
from rewards.actions.rollbacks import roll_back
from rewards.actions.wrong_tries import check_may_try, note_wrong_try
from rewards.models import Capture, Redemption, Reservation, Rollback, UsedProof, Voucher
from rewards.order_rules import Order
from rewards.reports.validation import vouchers_of

UNDONE_WITHIN = timedelta(hours=1)


class ProofOfAnother(Refusal):
    code = "proof_of_another"


class ProofUsed(Refusal):
    code = "proof_used"


class TooLateToUndo(Refusal):
    code = "too_late_to_undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a member chose at the counter: a reward, at the price they were told."""

    reward_id: int
    points: int
    revision: int


def look_up_code(*, code: str, staff_id: int, now: datetime) -> Voucher | None:
    """
    Find the voucher behind a code for a colleague; one that is unknown counts as a wrong try.

    Refuses who tried too many. Not one transaction: the count stays.
    """
    check_may_try(client_id=None, staff_id=staff_id, now=now)
    (found,) = vouchers_of([code])
    if found is None:
        note_wrong_try(client_id=None, staff_id=staff_id, now=now)
    return found


def use_at_counter(
    *,
    code: str,
    order: Order,
    amount: Decimal | None,
    member_id: int | None,
    key: str,
    staff_id: int,
    now: datetime,
) -> Capture:
    """
    Take a voucher off an order in one step: reserve, capture, and a trace of who did it.

    The same key uses it once. `amount` may be less than a gift card holds; without one it is as
    much as the order takes. Refuses what a till is refused; nothing stays held then.
    """
    actor = f"user:{staff_id}"
    held = reserve_voucher(
        code=code,
        order=order,
        key=key,
        client_id=None,
        actor=actor,
        member_id=member_id,
        now=now,
        staff_id=staff_id,
    )
    try:
        return _captured(held, amount, actor, staff_id, now)
    except Refusal:
        if not Capture.objects.filter(reservation=held).exists():
            release_reservation(reservation_id=held.pk, now=now)
        raise


@transaction.atomic
def undo_at_counter(*, capture_id: int, staff_id: int, now: datetime) -> Rollback:
    """
    Undo a use of at most an hour ago, all of it, with a trace; asked twice it happens once.

    Refuses what was done longer ago, or not at the counter: goods that come back are another case.
    """
    capture = _locked_capture(capture_id)
    if not can_be_undone(capture=capture, now=now):
        raise TooLateToUndo(_("This can be undone for an hour, and at the counter alone."))
    before = capture.rolled_back
    undone = roll_back(
        capture_id=capture_id,
        amount=None,
        key=f"counter:{capture.reference}",
        client_id=None,
        actor=f"user:{staff_id}",
        now=now,
    )
    if before == 0 and not capture.is_undone:
        record_act(
            staff_id=staff_id,
            what=_("Undid the use of the voucher that ends in %(tail)s, %(amount)s")
            % {"tail": capture.voucher.tail, "amount": money(undone.amount)},
            on=capture.voucher,
            now=now,
            member_id=capture.voucher.member_id,
        )
    return undone


def can_be_undone(*, capture: Capture, now: datetime) -> bool:
    """Tell whether a use at the counter is so recent that a slip of the hand can be undone."""
    return capture.reservation.client_id is None and now - capture.captured_at <= UNDONE_WITHIN


def redeem_at_counter(
    *,
    member_id: int,
    choice: Choice,
    shown: str,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Redemption:
    """
    Turn a member's points into a reward while they stand there, proven by the code of their card.

    The same request key redeems once. Refuses a code that is wrong, old, another member's or
    used before: a card number alone never spends. Wrong codes count as wrong tries.
    """
    check_may_try(client_id=None, staff_id=staff_id, now=now)
    try:
        return _redeem(member_id, choice, shown, request_key, staff_id, now)
    except ProofWrong:
        note_wrong_try(client_id=None, staff_id=staff_id, now=now)
        raise


@transaction.atomic
def _redeem(
    member_id: int, choice: Choice, shown: str, request_key: UUID, staff_id: int, now: datetime
) -> Redemption:
    is_again = Redemption.objects.filter(request_key=request_key).exists()
    if not is_again:
        Card.objects.lock(check_proof(shown=shown, now=now).card_id)
        # A second click may have waited here for the first.
        is_again = Redemption.objects.filter(request_key=request_key).exists()
    if not is_again:
        _use_proof(shown, member_id, now)
    made = redeem_reward(
        member_id=member_id,
        reward_id=choice.reward_id,
        points=choice.points,
        revision=choice.revision,
        request_key=request_key,
        actor=f"user:{staff_id}",
        now=now,
    )
    if not is_again:
        record_act(
            staff_id=staff_id,
            what=_("Redeemed %(points)s at the counter for %(reward)s")
            % {"points": points_text(made.points), "reward": made.reward},
            on=made,
            now=now,
            member_id=member_id,
        )
    return made


@transaction.atomic
def _captured(
    held: Reservation, amount: Decimal | None, actor: str, staff_id: int, now: datetime
) -> Capture:
    voucher, _held = locked(reservation_id=held.pk)
    is_again = Capture.objects.filter(reservation=held).exists()
    wanted = None if amount is None else min(amount, held.amount)
    capture = capture_reservation(reservation_id=held.pk, amount=wanted, actor=actor, now=now)
    if not is_again:
        record_act(
            staff_id=staff_id,
            what=_("Used the voucher that ends in %(tail)s, %(amount)s")
            % {"tail": voucher.tail, "amount": money(capture.amount)},
            on=voucher,
            now=now,
            member_id=voucher.member_id,
            after={"order": capture.order} if capture.order else None,
        )
    return capture


def _locked_capture(capture_id: int) -> Capture:
    """Lock a capture behind its voucher, as those do who roll back."""
    voucher_id = Capture.objects.values_list("voucher_id", flat=True).get(pk=capture_id)
    Voucher.objects.lock(voucher_id)
    return Capture.objects.select_related("reservation", "voucher").get(pk=capture_id)


def _use_proof(shown: str, member_id: int, now: datetime) -> None:
    proven = check_proof(shown=shown, now=now)
    if proven.member_id != member_id:
        raise ProofOfAnother(_("This code is of another member's card."))
    _proof, is_new = UsedProof.objects.get_or_create(
        card_id=proven.card_id, step=proven.step, defaults={"used_at": now}
    )
    if not is_new:
        raise ProofUsed(_("This code was used before. Wait for the next one, and scan that."))
