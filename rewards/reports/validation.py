"""What vouchers take off an order for whom asks, or why not, without giving codes away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Q

from rewards import codes, promotion_words
from rewards.code_vault import digest_of
from rewards.models import Reservation, Voucher
from rewards.order_rules import (
    Applied,
    Kind,
    Offered,
    Order,
    Reason,
    Rules,
    Taken,
    Why,
    applied,
)
from rewards.voucher_sql import taken_off, vouchers_by_digest

HIDDEN = {Why.USED, Why.EXPIRED, Why.WITHDRAWN}
"""What a stranger hears as if there were no such code."""
STATES = {
    Voucher.State.VOID: Why.WITHDRAWN,
    Voucher.State.REDEEMED: Why.USED,
    Voucher.State.EXPIRED: Why.EXPIRED,
    Voucher.State.EARLY: Why.EARLY,
}
UNKNOWN = Applied(reasons=(Reason(why=Why.NOT_USABLE),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """
    Who wants to know: a till of a source, or staff at the counter, who see everything.

    `member_id` is whose card was named; `is_proven` if that card's code was shown as well.
    """

    source_id: int | None = None
    member_id: int | None = None
    is_proven: bool = False

    @property
    def is_staff(self) -> bool:
        return self.source_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The answer about one code; no voucher where the asker may not know that there is one."""

    voucher: Voucher | None
    told: Applied

    @property
    def is_guess(self) -> bool:
        return any(reason.why == Why.NOT_USABLE for reason in self.told.reasons)


def declared_rules() -> Rules:
    """What this shop lets vouchers do together."""
    return Rules(most_share=Decimal(settings.VOUCHERS_MOST_SHARE) / 100)


def candidates(typed: str) -> list[str]:
    """Return what was typed as the codes it may be: one of ours, or a word that staff chose."""
    found = [codes.tidy(typed), promotion_words.tidy(typed)]
    return list(dict.fromkeys(code for code in found if code))


def vouchers_of(typed: Sequence[str]) -> list[Voucher | None]:
    """Find the vouchers behind what was typed, in one query."""
    possible = [[digest_of(code) for code in candidates(text)] for text in typed]
    digests = [digest for some in possible for digest in some]
    known = vouchers_by_digest(digests)
    return [next((known[digest] for digest in some if digest in known), None) for some in possible]


def validated(
    *, vouchers: Sequence[Voucher | None], order: Order, asker: Asker, now: datetime
) -> list[Validated]:
    """
    Answer for each voucher what it takes off the order, or why not.

    What was taken off the same order before counts, if the order has a number.
    """
    order = replace(order, taken=_taken(order, asker, vouchers, now))
    before = {one.voucher for one in order.taken}
    seen: set[int] = set()
    offers: list[Offered] = []
    for voucher in vouchers:
        if voucher is not None:
            # A code that many may use is for one order at a time; a gift card for all it holds.
            is_again = voucher.pk in seen or (voucher.most_uses > 1 and voucher.pk in before)
            offers.append(_offered(voucher, order, asker, now, is_again=is_again))
            seen.add(voucher.pk)
    answers = iter(applied(order, offers, declared_rules()))
    return [
        Validated(voucher=None, told=UNKNOWN)
        if voucher is None
        else _disclosed(voucher, next(answers), order, asker)
        for voucher in vouchers
    ]


def uses_by_member(
    voucher: Voucher, member_id: int, now: datetime, *, besides: int | None = None
) -> int:
    """Count how often a member used a voucher that many may use, with what tills hold for them."""
    held = Q(state=Reservation.State.LIVE, until__gt=now)
    used = Q(state=Reservation.State.CAPTURED, capture__is_undone=False)
    theirs = Reservation.objects.filter(voucher=voucher, member_id=member_id)
    return theirs.exclude(pk=besides or 0).filter(held | used).count()


def holds_of_order(voucher: Voucher, order: Order, source_id: int | None) -> list[Reservation]:
    """Return the live holds of a voucher for this very order of this business."""
    if not order.reference:
        return []
    live = voucher.reservations.live().filter(order=order.reference)
    return list(live.filter(_of_source(source_id)))


def _of_source(source_id: int | None) -> Q:
    return Q(client__isnull=True) if source_id is None else Q(client__source_id=source_id)


def _disclosed(voucher: Voucher, told: Applied, order: Order, asker: Asker) -> Validated:
    """Let a stranger learn nothing about a code that is of no use any more."""
    is_hidden = any(reason.why in HIDDEN for reason in told.reasons)
    if is_hidden and not _may_know(voucher, order, asker):
        return Validated(voucher=None, told=UNKNOWN)
    return Validated(voucher=voucher, told=told)


def _may_know(voucher: Voucher, order: Order, asker: Asker) -> bool:
    if asker.is_staff:
        return True
    if asker.is_proven and voucher.member_id is not None and voucher.member_id == asker.member_id:
        return True
    if not order.reference:
        return False
    bound = voucher.reservations.filter(order=order.reference)
    return bound.filter(_of_source(asker.source_id)).exists()


def _offered(
    voucher: Voucher, order: Order, asker: Asker, now: datetime, *, is_again: bool
) -> Offered:
    hindrances = _hindrances(voucher, order, asker, now)
    if is_again:
        hindrances = [*hindrances, Reason(why=Why.TWICE)]
    if voucher.gives not in set(Kind):
        hindrances = [*hindrances, Reason(why=Why.WITHDRAWN)]
    return Offered(
        gives=voucher.gives if voucher.gives in set(Kind) else Kind.PERK,
        value=voucher.left if voucher.is_gift_card else voucher.value,
        percent=voucher.percent,
        most_off=voucher.most_off,
        product=voucher.product,
        least_order=voucher.least_order,
        is_alone=voucher.is_alone,
        hindrances=tuple(hindrances),
    )


def _hindrances(voucher: Voucher, order: Order, asker: Asker, now: datetime) -> list[Reason]:
    state = Voucher.State(voucher.state(now))
    if voucher.batch is not None and voucher.batch.stopped_at is not None:
        return [Reason(why=Why.WITHDRAWN)]
    if state in STATES:
        at = voucher.valid_from if state == Voucher.State.EARLY else None
        return [Reason(why=STATES[state], at=at)]
    found = _held(voucher, order, asker, now) if state == Voucher.State.RESERVED else []
    return [*found, *_limited(voucher, asker, now)]


def _held(voucher: Voucher, order: Order, asker: Asker, now: datetime) -> list[Reason]:
    """Say until when others hold it; a hold that ran out holds nothing, nor one for this order."""
    own = [hold.pk for hold in holds_of_order(voucher, order, asker.source_id)]
    holds = voucher.reservations.live().filter(until__gt=now).exclude(pk__in=own)
    ends = sorted(holds.values_list("until", flat=True))
    if voucher.used + len(ends) < voucher.most_uses:
        return []
    return [Reason(why=Why.HELD, at=ends[0])]


def _limited(voucher: Voucher, asker: Asker, now: datetime) -> list[Reason]:
    most = voucher.batch.per_member if voucher.batch is not None else None
    if most is None:
        return []
    if asker.member_id is None:
        return [Reason(why=Why.MEMBER_NEEDED)]
    if uses_by_member(voucher, asker.member_id, now) >= most:
        return [Reason(why=Why.USED_BY_MEMBER)]
    return []


def _taken(
    order: Order, asker: Asker, vouchers: Sequence[Voucher | None], now: datetime
) -> tuple[Taken, ...]:
    """What other vouchers took off this order before."""
    if not order.reference:
        return ()
    offered = {voucher.pk for voucher in vouchers if voucher is not None}
    rows = taken_off(order.reference, asker.source_id, besides=offered, now=now)
    return tuple(
        Taken(voucher=pk, gives=gives, product=product, is_alone=is_alone, amount=amount)
        for pk, gives, product, is_alone, amount in rows
    )
