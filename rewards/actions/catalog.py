"""Changing the catalog: what there is, how many of it, and who may have it early."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member
from members.refusals import Refusal
from rewards.actions.waiting_list import hold_for_next
from rewards.models import EarlyAccess, Invited, Reward, RewardPicture, Stock
from rewards.reports.discounts import forget_discounts

MOST_PIECES = 1_000_000
PRICED = (
    "gives",
    "points",
    "step_points",
    "most_points",
    "value",
    "step_value",
    "percent",
    "most_off",
    "product",
    "least_order",
    "is_alone",
    "valid_months",
)
"""What somebody agrees to who redeems: another of these is another offer."""


class InTheCatalog(Refusal):
    code = "in_the_catalog"


class PiecesAreHeld(Refusal):
    code = "pieces_are_held"


class NotThatMany(Refusal):
    code = "not_that_many"


@transaction.atomic
def save_reward(*, reward_id: int | None, wanted: Mapping[str, Any], now: datetime) -> Reward:
    """
    Keep a reward; a new one is a draft that nobody sees.

    Whoever looks at an older price or worth is asked to look again before they redeem.
    """
    forget_discounts()
    if reward_id is None:
        return Reward.objects.create(**wanted, changed_at=now)
    reward = Reward.objects.lock(reward_id)
    changed = [name for name, value in wanted.items() if getattr(reward, name) != value]
    for name in changed:
        setattr(reward, name, wanted[name])
    if set(changed) & set(PRICED):
        reward.revision += 1
    reward.changed_at = now
    reward.save()
    return reward


@transaction.atomic
def put_in_catalog(*, reward_id: int, now: datetime) -> Reward:
    """Offer a reward to whom it is for."""
    return _set_state(reward_id, Reward.State.LIVE, now)


@transaction.atomic
def withdraw_reward(*, reward_id: int, now: datetime) -> Reward:
    """Take a reward out of the catalog; vouchers of it stay good, and nobody new gets one."""
    return _set_state(reward_id, Reward.State.WITHDRAWN, now)


def _set_state(reward_id: int, state: Reward.State, now: datetime) -> Reward:
    reward = Reward.objects.lock(reward_id)
    if reward.state == state:
        raise InTheCatalog(_("That is so already."))
    reward.state, reward.changed_at = state, now
    reward.save(update_fields=["state", "changed_at"])
    forget_discounts()
    return reward


@transaction.atomic
def count_stock(
    *, reward_id: int, pieces: int, now: datetime, request_key: UUID | None = None
) -> Stock:
    """
    Say how many pieces there are, those held for the line included.

    Whoever waits is offered what comes free, in order. The same request key counts once. Refuses
    fewer than are held.
    """
    _refuse_too_many(pieces)
    forget_discounts()
    stock, is_done = _stock(reward_id, pieces, request_key)
    if is_done:
        return stock
    turns = hold_for_next(reward_id=reward_id, most=pieces - stock.held, now=now)
    stock = Stock.objects.lock(reward_id)
    if pieces < stock.held + turns:
        raise PiecesAreHeld(
            _("%(held)s of them are held for members in line; there cannot be fewer.")
            % {"held": stock.held}
        )
    stock.left, stock.held, stock.last_key = pieces, stock.held + turns, request_key
    stock.save(update_fields=["left", "held", "last_key"])
    return stock


@transaction.atomic
def add_stock(
    *, reward_id: int, pieces: int, now: datetime, request_key: UUID | None = None
) -> Stock:
    """
    Add pieces that came in; whoever waits is offered them first, in order.

    The same request key adds them once.
    """
    _refuse_too_many(pieces)
    forget_discounts()
    stock, is_done = _stock(reward_id, pieces, request_key)
    if is_done:
        return stock
    # What was free before may be taken by now; the next sweep offers what is left of it.
    turns = hold_for_next(reward_id=reward_id, most=pieces, now=now)
    stock = Stock.objects.lock(reward_id)
    _refuse_too_many(stock.left + pieces)
    stock.left, stock.held = stock.left + pieces, stock.held + turns
    stock.last_key = request_key
    stock.save(update_fields=["left", "held", "last_key"])
    return stock


def _stock(reward_id: int, pieces: int, request_key: UUID | None) -> tuple[Stock, bool]:
    """Return the stock, and whether this request has been carried out; one colleague at a time."""
    Reward.objects.lock(reward_id)
    made, is_new = Stock.objects.get_or_create(
        reward_id=reward_id, defaults={"left": pieces, "last_key": request_key}
    )
    is_again = request_key is not None and made.last_key == request_key
    return made, is_new or is_again


def _refuse_too_many(pieces: int) -> None:
    if not 0 <= pieces <= MOST_PIECES:
        raise NotThatMany(_("Between 0 and 1,000,000 pieces can be counted."))


@transaction.atomic
def set_picture(*, reward_id: int, language: str, content: bytes, alt: str) -> RewardPicture:
    """Show a picture, made by `clean_picture`, to readers of a language; no bytes keep the old."""
    reward = Reward.objects.lock(reward_id)
    values: dict[str, Any] = {"alt": alt}
    if content:
        values |= {"content": content, "digest": sha256(content).hexdigest()[:16]}
    picture, _is_new = RewardPicture.objects.update_or_create(
        reward=reward, language=language, defaults=values
    )
    return picture


@transaction.atomic
def give_early_access(*, reward_id: int, tier: int, from_at: datetime) -> EarlyAccess:
    """Let members of a tier and above have a reward from here on, before its window opens."""
    access, _is_new = EarlyAccess.objects.update_or_create(
        reward_id=reward_id, tier_id=tier, defaults={"from_at": from_at}
    )
    forget_discounts()
    return access


@transaction.atomic
def end_early_access(*, reward_id: int, tier: int) -> None:
    EarlyAccess.objects.filter(reward_id=reward_id, tier_id=tier).delete()
    forget_discounts()


@transaction.atomic
def invite_to_reward(*, reward_id: int, member_id: int, now: datetime) -> Invited:
    """Put a member on a reward's list; who is on it stays so."""
    member = Member.objects.get(pk=member_id)
    invited, _is_new = Invited.objects.get_or_create(
        reward_id=reward_id, member=member, defaults={"since": now}
    )
    return invited


@transaction.atomic
def take_off_list(*, reward_id: int, member_id: int) -> None:
    Invited.objects.filter(reward_id=reward_id, member_id=member_id).delete()
