"""Pieces of stock, and the line of those who wait for one."""

from django.db.models import F

from rewards.models import Place, Stock


def take_piece(*, reward_id: int, is_held: bool) -> bool:
    """
    Take one piece of a reward that has stock; False if none is left for who asks.

    `is_held` takes the piece that was held for them. The row stays locked until the commit, so
    this comes last.
    """
    stock = Stock.objects.filter(pk=reward_id)
    if is_held:
        return bool(stock.filter(held__gt=0).update(left=F("left") - 1, held=F("held") - 1))
    return bool(stock.filter(left__gt=F("held")).update(left=F("left") - 1))


def give_back_piece(*, reward_id: int) -> bool:
    """Put one piece back; False if the reward has no stock to count."""
    return bool(Stock.objects.filter(pk=reward_id).update(left=F("left") + 1))


def place_of(*, reward_id: int, member_id: int) -> Place | None:
    """Lock and return a member's place in line, waiting or held."""
    line = Place.objects.live().filter(reward_id=reward_id, member_id=member_id)
    return line.select_for_update(of=("self",)).first()
