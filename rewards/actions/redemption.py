"""Turning points into rewards, and undoing it."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from members.models import PROGRAM_SOURCE
from members.signals import announce
from points.actions.redemption import restore_points, spend_points
from points.kinds import Kind
from points.ledger_sql.holder import lock_holder
from points.local_time import end_of_validity, local_day
from points.models import Account, Entry
from points.program_cache import program_zone
from points.refusals import RuleSaysNo
from points.reports.reasons import REWARD
from rewards.actions.issuing import Worth, new_voucher
from rewards.actions.waiting_list import give_back_piece, hold_for_next, let_lapse, place_of
from rewards.models import LimitUse, Place, Redemption, Reward, Voucher
from rewards.redemption_sql import keep, scene_of, take_piece
from rewards.refusals import NoSuchPrice, OtherRedemption, RewardRefused, RewardRepriced
from rewards.reports.offers import early_of, offer_of, price_of
from rewards.reports.why_not import tier_names, why_not
from rewards.signals import reward_redeemed, voucher_issued
from rewards.standing import Reason, Taker, Why, reasons_not

FEW = 25
"""So many pieces or fewer are the last ones, which many may be after."""
HANDING = {
    "none": Redemption.Handing.NONE,
    "ship": Redemption.Handing.TO_SEND,
    "pick_up": Redemption.Handing.TO_SET_OUT,
}


def redeem_reward(
    *,
    member_id: int,
    reward_id: int,
    points: int,
    revision: int,
    request_key: UUID,
    actor: str,
    now: datetime,
) -> Redemption:
    """
    Spend a member's points on a reward; unless it is a donation, a voucher hangs on the answer.

    The same request key always returns the same redemption, however often it comes; with other
    content it is refused. `points` is the price chosen and `revision` the one it was seen at:
    whoever looked at an older price is asked to look again. Otherwise refuses with the first of
    `rewards.standing.Why`, and changes nothing. A piece of stock is taken last, so that they who
    want one wait for each other no longer than a commit; of the last few it is taken first, so
    that who comes too late has done nothing yet.
    """
    try:
        return _redeem(member_id, reward_id, points, revision, request_key, actor, now)
    except IntegrityError:
        # Somebody used this key for another member while we held our own account's lock; on the
        # second try it is known, and a fault of our own fails again.
        return _redeem(member_id, reward_id, points, revision, request_key, actor, now)


@transaction.atomic
def _redeem(
    member_id: int,
    reward_id: int,
    points: int,
    revision: int,
    request_key: UUID,
    actor: str,
    now: datetime,
) -> Redemption:
    holder = lock_holder(member_id)
    today = local_day(now, holder.zone)
    scene = scene_of(reward_id=reward_id, member_id=member_id, key=request_key, today=today)
    if scene is None or scene.is_repeated:
        return _earlier(request_key, (member_id, reward_id, points, revision))
    reward = scene.reward
    place = _place_of(reward, member_id, now) if scene.has_place else None
    taker = Taker(
        status=holder.standing,
        tier=holder.tier,
        is_invited=scene.is_invited,
        times=scene.use.times,
        has_piece=place is not None and place.is_held(now),
    )
    _check_offer(reward, taker, now, today)
    _check_price(reward, points=points, revision=revision)
    is_scarce = reward.has_stock and reward.stock.left <= FEW
    if is_scarce:
        _take_piece(reward, taker)
    _spend(member_id, points, request_key, actor, now, reward)
    made = Redemption(
        request_key=request_key,
        member_id=member_id,
        reward=reward,
        revision=revision,
        points=points,
        value=price_of(reward).worth(points),
        cost=reward.cost,
        tier=taker.tier,
        actor=actor,
        redeemed_at=now,
        handing=HANDING[reward.handing],
        counted_since=scene.use.since if reward.per_member is not None else None,
    )
    voucher = _voucher_of(made, holder.zone) if reward.has_voucher else None
    keep(made=made, voucher=voucher)
    if place is not None:
        _end(place, now)
    if reward.has_stock and not is_scarce:
        _take_piece(reward, taker)
    announce(reward_redeemed, redemption_id=made.pk)
    if voucher is not None:
        announce(voucher_issued, voucher_id=voucher.pk)
    return made


@transaction.atomic
def undo_redemption(
    *, redemption_id: int, points: int, request_key: UUID, actor: str, now: datetime
) -> Redemption:
    """
    Put points of a redemption back into the lots they came from, in part or whole.

    The same request key never puts them back twice. Once all came back the redemption is undone:
    its piece of stock returns, and the member may have the reward again. Refuses more points
    than are left of it. The voucher is the caller's business.
    """
    member_id = Redemption.objects.values_list("member_id", flat=True).get(pk=redemption_id)
    Account.objects.lock(member_id)
    made = Redemption.objects.lock(redemption_id)
    if points == 0 or _was_restored(made, points, request_key):
        return made
    restore_points(
        member_id=member_id,
        redemption_key=made.request_key,
        request_key=request_key,
        actor=actor,
        now=now,
        points=points,
    )
    made.restored += points
    if made.restored == made.points:
        made.undone_at = now
    made.save(update_fields=["restored", "undone_at"])
    if made.undone_at is not None:
        _give_back(made, now)
    return made


def _earlier(request_key: UUID, asked: tuple[int, int, int, int]) -> Redemption:
    """Return what was made with this key before, if it was asked for with the same content."""
    earlier = Redemption.objects.filter(request_key=request_key).first()
    if earlier is None:
        raise _refused(Reason(why=Why.NOT_SEEN))
    if (earlier.member_id, earlier.reward_id, earlier.points, earlier.revision) != asked:
        raise OtherRedemption
    return earlier


def _place_of(reward: Reward, member_id: int, now: datetime) -> Place | None:
    """Lock a member's place in line; one whose turn has passed is let go first, swept or not."""
    place = place_of(reward_id=reward.pk, member_id=member_id)
    if place is None or place.state != Place.State.HELD or place.is_held(now):
        return place
    let_lapse(place_id=place.pk, now=now)
    reward.stock.refresh_from_db()
    return None


def _take_piece(reward: Reward, taker: Taker) -> None:
    if not take_piece(reward_id=reward.pk, is_held=taker.has_piece):
        raise _refused(Reason(why=Why.SOLD_OUT))


def _check_offer(reward: Reward, taker: Taker, now: datetime, today: date) -> None:
    for reason in reasons_not(offer_of(reward, early_of(reward, now)), taker, now, today):
        raise _refused(reason)


def _check_price(reward: Reward, *, points: int, revision: int) -> None:
    if reward.revision != revision:
        raise RewardRepriced
    if not price_of(reward).takes(points):
        raise NoSuchPrice


def _refused(reason: Reason) -> RewardRefused:
    says = why_not(reason, tier_names() if reason.why is Why.TIER else {}, program_zone())
    details: dict[str, str | int] = {"missing": reason.missing} if reason.missing else {}
    return RewardRefused(reason.why.value, says, **details)


def _spend(
    member_id: int, points: int, request_key: UUID, actor: str, now: datetime, reward: Reward
) -> None:
    try:
        spend_points(
            member_id=member_id,
            points=points,
            request_key=request_key,
            actor=actor,
            now=now,
            reason=f"{REWARD}{reward.name_nl}\n{reward.name_en}",
        )
    except RuleSaysNo as no:
        if no.code != Why.POINTS:
            raise
        missing = points - int(no.details["spendable"])
        raise _refused(Reason(why=Why.POINTS, missing=missing)) from no


def _voucher_of(made: Redemption, zone: ZoneInfo) -> Voucher:
    reward, now = made.reward, made.redeemed_at
    return new_voucher(
        worth=Worth(
            gives=reward.gives,
            value=made.value,
            percent=reward.percent,
            most_off=reward.most_off,
            product=reward.product,
            least_order=reward.least_order,
            is_alone=reward.is_alone,
            vat=reward.vat,
            cost=reward.cost,
        ),
        valid_from=now,
        expires_at=end_of_validity(local_day(now, zone), reward.valid_months, zone),
        now=now,
        member_id=made.member_id,
        reward_id=made.reward_id,
    )


def _give_back(made: Redemption, now: datetime) -> None:
    """Give back the turn and the piece; what was never counted stays so."""
    reward = Reward.objects.select_related("stock").get(pk=made.reward_id)
    turns = hold_for_next(reward_id=reward.pk, most=1, now=now) if reward.has_stock else 0
    if made.counted_since is not None:
        used = LimitUse.objects.filter(
            reward=reward, member_id=made.member_id, since=made.counted_since
        )
        used.filter(times__gt=0).update(times=F("times") - 1)
    give_back_piece(reward_id=reward.pk, turns=turns)


def _end(place: Place, now: datetime) -> None:
    place.state, place.ended_at = Place.State.TAKEN, now
    place.save(update_fields=["state", "ended_at"])


def _was_restored(made: Redemption, points: int, request_key: UUID) -> bool:
    known = Entry.objects.filter(
        source_id=PROGRAM_SOURCE, kind=Kind.RESTORED, operation=str(request_key)
    )
    earlier = known.values_list("member_id", "points").first()
    if earlier is not None and earlier != (made.member_id, points):
        raise OtherRedemption
    return earlier is not None
