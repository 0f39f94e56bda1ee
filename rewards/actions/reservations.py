"""A till holds vouchers for an order: for fifteen minutes, under a key of its own."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b, sha256

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from members.refusals import Refusal
from rewards.actions.validation import source_of
from rewards.actions.wrong_tries import check_may_try, count_guesses
from rewards.models import Reservation, Voucher
from rewards.order_rules import Order
from rewards.reports.validation import (
    Asker,
    Validated,
    candidates,
    holds_of_order,
    validated,
    vouchers_of,
)
from rewards.reports.validation_words import reason_text

HELD_FOR = timedelta(minutes=15)
AT_A_TIME = 500
"""What the sweep lets go in one run at most; the next one goes on."""


class OtherReservation(Refusal):
    code = "other_content"


class AlreadyCaptured(Refusal):
    code = "already_captured"


class VouchersRefused(Refusal):
    """Nothing is held, since not every voucher is valid for the order; `answers` says of each."""

    def __init__(self, answers: Sequence[Validated]) -> None:
        first = next(reason for answer in answers for reason in answer.told.reasons)
        self.code = first.why.value
        self.answers = answers
        super().__init__(reason_text(first))


def reserve_voucher(
    *,
    code: str,
    order: Order,
    key: str,
    client_id: int | None,
    actor: str,
    member_id: int | None,
    now: datetime,
    is_proven: bool = False,
    staff_id: int | None = None,
) -> Reservation:
    """Hold one voucher for an order, as `reserve_vouchers` does."""
    (held,) = reserve_vouchers(
        codes=[code],
        order=order,
        key=key,
        client_id=client_id,
        actor=actor,
        member_id=member_id,
        now=now,
        is_proven=is_proven,
        staff_id=staff_id,
    )
    return held


def reserve_vouchers(
    *,
    codes: Sequence[str],
    order: Order,
    key: str,
    client_id: int | None,
    actor: str,
    member_id: int | None,
    now: datetime,
    is_proven: bool = False,
    staff_id: int | None = None,
) -> list[Reservation]:
    """
    Hold all of these vouchers for an order, or none; in the order of the codes.

    The same key with the same content returns the same reservations, also those that have
    ended; with other content it is refused. A hold that ran out is taken over at once, and so is
    one for the same order of the same business: its till may have died. `client_id` is the till;
    the counter has none, sees everything, and names its `staff_id`. Codes that are of no use
    count as wrong tries, and too many close the door: not one transaction, since the count stays
    when what was asked is rolled back.
    """
    check_may_try(client_id=client_id, staff_id=staff_id, now=now)
    try:
        return _reserve(codes, order, key, client_id, actor, member_id, now, is_proven)
    except VouchersRefused as refusal:
        count_guesses(
            many=sum(answer.is_guess for answer in refusal.answers),
            client_id=client_id,
            staff_id=staff_id,
            now=now,
        )
        raise


@transaction.atomic
def release_reservation(*, reservation_id: int, now: datetime) -> Reservation:
    """
    Let a voucher go that was not used; doing it twice changes nothing.

    Refuses what was captured: that is rolled back.
    """
    voucher, held = locked(reservation_id=reservation_id)
    if held.state == Reservation.State.CAPTURED:
        raise AlreadyCaptured(
            _("This voucher was used on the order already; roll the capture back instead.")
        )
    _end(voucher, held, Reservation.State.RELEASED, now)
    return held


def locked(*, reservation_id: int) -> tuple[Voucher, Reservation]:
    """Lock a voucher and then its reservation, inside the caller's transaction."""
    voucher_id = Reservation.objects.values_list("voucher_id", flat=True).get(pk=reservation_id)
    voucher = Voucher.objects.lock(voucher_id)
    return voucher, Reservation.objects.lock(reservation_id)


def lapse_reservations(*, now: datetime) -> int:
    """
    Mark the holds that ran out, the oldest first; return how many there were.

    Nothing waits for it: who wants such a voucher takes it over without.
    """
    due = Reservation.objects.run_out(now).order_by("until", "pk")
    return sum(_lapse(pk, now) for pk in due.values_list("pk", flat=True)[:AT_A_TIME])


@transaction.atomic
def _lapse(reservation_id: int, now: datetime) -> bool:
    voucher, held = locked(reservation_id=reservation_id)
    if held.state != Reservation.State.LIVE or held.until > now:
        return False
    _end(voucher, held, Reservation.State.LAPSED, now)
    return True


def _end(voucher: Voucher, held: Reservation, state: str, now: datetime) -> None:
    if held.state == Reservation.State.LIVE:
        voucher.reserved -= 1
        voucher.save(update_fields=["reserved"])
    if held.state in {Reservation.State.LIVE, Reservation.State.LAPSED}:
        held.state, held.ended_at = state, now
        held.save(update_fields=["state", "ended_at"])


@transaction.atomic
def _reserve(
    codes: Sequence[str],
    order: Order,
    key: str,
    client_id: int | None,
    actor: str,
    member_id: int | None,
    now: datetime,
    is_proven: bool,  # noqa: FBT001
) -> list[Reservation]:
    _hold_name(f"key/{client_id}/{key}")
    content = _content(codes, order, member_id)
    earlier = list(Reservation.objects.filter(client_id=client_id, key=key).order_by("pk"))
    if earlier:
        if any(one.content != content for one in earlier):
            raise OtherReservation(_("This key was used before for another reservation."))
        return earlier
    source_id = source_of(client_id=client_id)
    if order.reference:
        _hold_name(f"order/{source_id}/{order.reference}")
    vouchers = _lock_vouchers(vouchers_of(codes))
    for voucher in {one.pk: one for one in vouchers if one is not None}.values():
        _take_over(voucher, order, source_id, now)
    asker = Asker(source_id=source_id, member_id=member_id, is_proven=is_proven)
    answers = validated(vouchers=vouchers, order=order, asker=asker, now=now)
    if not all(answer.told.is_valid for answer in answers):
        raise VouchersRefused(answers)
    return [
        _hold(
            answer.voucher,
            answer.told.amount,
            order,
            key,
            client_id,
            actor,
            member_id,
            content,
            now,
        )
        for answer in answers
        if answer.voucher is not None
    ]


def _hold(
    voucher: Voucher,
    amount: Decimal,
    order: Order,
    key: str,
    client_id: int | None,
    actor: str,
    member_id: int | None,
    content: str,
    now: datetime,
) -> Reservation:
    voucher.reserved += 1
    voucher.save(update_fields=["reserved"])
    return Reservation.objects.create(
        voucher=voucher,
        client_id=client_id,
        key=key,
        member_id=member_id,
        order=order.reference,
        total=order.total,
        amount=amount,
        is_sole=voucher.most_uses == 1,
        made_at=now,
        until=now + HELD_FOR,
        actor=actor,
        content=content,
    )


def _take_over(voucher: Voucher, order: Order, source_id: int | None, now: datetime) -> None:
    """Let go of holds that ran out, and of those for this very order."""
    if voucher.reserved == 0:
        return
    for hold in holds_of_order(voucher, order, source_id):
        _end(voucher, Reservation.objects.lock(hold.pk), Reservation.State.RELEASED, now)
    if voucher.used + voucher.reserved < voucher.most_uses:
        return
    for hold in voucher.reservations.run_out(now).order_by("pk"):
        _end(voucher, Reservation.objects.lock(hold.pk), Reservation.State.LAPSED, now)


def _lock_vouchers(found: Sequence[Voucher | None]) -> list[Voucher | None]:
    """Lock them in the order of their keys, whatever the order they were scanned in."""
    pks = sorted({voucher.pk for voucher in found if voucher is not None})
    rows = Voucher.objects.select_for_update(of=("self",)).select_related("batch")
    held = {voucher.pk: voucher for voucher in rows.filter(pk__in=pks).order_by("pk")}
    return [None if voucher is None else held[voucher.pk] for voucher in found]


def _hold_name(name: str) -> None:
    """Let only one at a time go on under this name, until the transaction ends."""
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (number,))


def _content(codes: Sequence[str], order: Order, member_id: int | None) -> str:
    """Digest what was asked, under the site's key, so that no code can be tried against it."""
    lines = [[line.product, _plain(line.quantity), _plain(line.amount)] for line in order.lines]
    typed = [candidates(code)[:1] for code in codes]
    asked = [typed, _plain(order.total), lines, order.reference, member_id]
    return hmac.new(settings.SECRET_KEY.encode(), json.dumps(asked).encode(), sha256).hexdigest()


def _plain(number: Decimal) -> str:
    """Write a number so that 40, 40.0 and 40.00 are the same."""
    return str(number.normalize())
