"""Pieces of stock, and the line of those who wait for one."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from members.models import Member
from members.refusals import Refusal
from members.signals import announce
from rewards.models import Place, Reward, Stock
from rewards.reports.offers import early_of, offer_of
from rewards.reports.takers import known_of
from rewards.signals import reward_returned
from rewards.standing import Why, reasons_not

KEPT_FOR = timedelta(hours=48)
A_SWEEP = 1_000


class PiecesLeft(Refusal):
    code = "pieces_left"


class NoLine(Refusal):
    code = "no_line"


@transaction.atomic
def join_line(*, member_id: int, reward_id: int, now: datetime) -> Place:
    """
    Give a member a place in line for a reward that is gone; who has one keeps it.

    Refuses where there is something to have, and where nothing runs out.
    """
    reward = Reward.objects.live(now).filter(pk=reward_id).select_related("stock").first()
    member = Member.objects.get(pk=member_id)
    if reward is None or reward.free is None or not _may_wait(reward, member, now):
        raise NoLine(_("There is no line for this reward."))
    waiting = Place.objects.live().filter(reward=reward, member_id=member_id).first()
    if waiting is not None:
        return waiting
    if reward.free > 0:
        raise PiecesLeft(_("There is one again: you can have it now."))
    made, _is_new = Place.objects.get_or_create(
        reward=reward,
        member_id=member_id,
        state=Place.State.WAITING,
        defaults={"since": now},
    )
    return made


@transaction.atomic
def leave_line(*, member_id: int, reward_id: int, now: datetime) -> None:
    """Give up a place in line; a piece that was held goes to whose turn it is then."""
    place = place_of(reward_id=reward_id, member_id=member_id)
    if place is not None:
        _end(place, Place.State.LEFT, now)


@transaction.atomic
def let_lapse(*, place_id: int, now: datetime) -> bool:
    """Give the piece of who did not come in time to the next in line; False if they came."""
    places = Place.objects.whose_turn_has_passed(now).select_for_update(of=("self",))
    place = places.filter(pk=place_id).first()
    if place is not None:
        _end(place, Place.State.LAPSED, now)
    return place is not None


def let_places_lapse(*, now: datetime) -> int:
    """Let every piece go on that was held for 48 hours, each in a transaction of its own."""
    passed = Place.objects.whose_turn_has_passed(now).order_by("held_until", "pk")
    places = list(passed.values_list("pk", flat=True)[:A_SWEEP])
    return sum(let_lapse(place_id=pk, now=now) for pk in places)


def offer_what_is_free(*, now: datetime) -> int:
    """Offer free pieces to those who wait; for who came to the line as a piece returned."""
    waited_for = (
        Stock.objects.filter(left__gt=F("held"), reward__places__state=Place.State.WAITING)
        .order_by("pk")
        .distinct()
        .values_list("pk", flat=True)
    )
    return sum(offer_pieces(reward_id=pk, now=now) for pk in list(waited_for))


@transaction.atomic
def offer_pieces(*, reward_id: int, now: datetime) -> int:
    """Hold what is free for the first in line, as far as it goes; returns how many."""
    stock = Stock.objects.get(pk=reward_id)
    turns = hold_for_next(reward_id=reward_id, most=stock.free, now=now)
    free = Stock.objects.filter(pk=reward_id, left__gte=F("held") + turns)
    if not turns or free.update(held=F("held") + turns):
        return turns
    # Somebody took a piece meanwhile; the next sweep sees what is left.
    transaction.set_rollback(True)
    return 0


def hold_for_next(*, reward_id: int, most: int, now: datetime) -> int:
    """
    Tell the first in line that it is their turn; returns how many of them there were.

    The caller holds as many pieces, last of all: places are locked before stock.
    """
    turns = list(_line(reward_id, now)[: max(most, 0)])
    for place in turns:
        place.state, place.held_until = Place.State.HELD, now + KEPT_FOR
        place.save(update_fields=["state", "held_until"])
        announce(reward_returned, place_id=place.pk)
    return len(turns)


def place_of(*, reward_id: int, member_id: int) -> Place | None:
    """Lock and return a member's place in line, waiting or held."""
    line = Place.objects.live().filter(reward_id=reward_id, member_id=member_id)
    return line.select_for_update(of=("self",)).first()


def give_back_piece(*, reward_id: int, turns: int) -> None:
    """Put one piece back, held if it is somebody's turn; what never runs out counts none."""
    Stock.objects.filter(pk=reward_id).update(left=F("left") + 1, held=F("held") + turns)


def _may_wait(reward: Reward, member: Member, now: datetime) -> bool:
    """Whether only pieces and points stand between them; else a piece would be kept from others."""
    known = known_of(member, [reward], now)
    early = early_of(reward, now)
    reasons = reasons_not(offer_of(reward, early), known.taker(reward, now), now, known.today)
    return {reason.why for reason in reasons} <= {Why.SOLD_OUT, Why.POINTS}


def _end(place: Place, state: Place.State, now: datetime) -> None:
    """End a place; what was held for it is held for the next, or free if nobody waits."""
    was_held = place.state == Place.State.HELD
    place.state, place.ended_at = state, now
    place.save(update_fields=["state", "ended_at"])
    if was_held and not hold_for_next(reward_id=place.reward_id, most=1, now=now):
        Stock.objects.filter(pk=place.reward_id, held__gt=0).update(held=F("held") - 1)


def _line(reward_id: int, now: datetime) -> QuerySet[Place]:
    """
    Lock those who wait, first come first; who is just leaving or redeeming is passed by.

    Nobody's turn comes for what is not offered any more.
    """
    waiting = Place.objects.filter(
        reward__in=Reward.objects.live(now).filter(pk=reward_id),
        state=Place.State.WAITING,
        member__status=Member.Status.ACTIVE,
    )
    return waiting.order_by("since", "pk").select_for_update(of=("self",), skip_locked=True)
