"""Spending points at a till: only of who shows their card, and each code of a card once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.proof import ProofWrong, check_proof
from members.models import Card
from members.refusals import Refusal
from rewards.actions.redemption import redeem_reward
from rewards.actions.wrong_tries import check_may_try, note_wrong_try
from rewards.models import Redemption, Reward, UsedProof
from rewards.refusals import OtherRedemption


class ProofUsed(Refusal):
    code = "proof_used"


class UnknownReward(Refusal):
    code = "unknown_reward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member wants; without points the price, without a revision what it costs now."""

    reward_id: int
    points: int | None = None
    revision: int | None = None


def redeem_with_card(
    *,
    member_id: int,
    shown: str,
    wish: Wish,
    request_key: UUID,
    client_id: int,
    actor: str,
    now: datetime,
) -> Redemption:
    """
    Redeem for who shows their card: `shown` is its number and the code it shows now.

    The same request key returns the same redemption and asks for no new code. A code opens one
    redemption; what is refused leaves it unused. Wrong codes count as wrong tries.
    """
    check_may_try(client_id=client_id, staff_id=None, now=now)
    try:
        return _redeem(member_id, shown, wish, request_key, actor, now)
    except ProofWrong:
        note_wrong_try(client_id=client_id, staff_id=None, now=now)
        raise


def prove_holder(*, shown: str, client_id: int, now: datetime) -> int:
    """Return whose card was shown, to be told about their own vouchers; it spends nothing."""
    check_may_try(client_id=client_id, staff_id=None, now=now)
    try:
        return check_proof(shown=shown, now=now).member_id
    except ProofWrong:
        note_wrong_try(client_id=client_id, staff_id=None, now=now)
        raise


@transaction.atomic
def _redeem(
    member_id: int, shown: str, wish: Wish, request_key: UUID, actor: str, now: datetime
) -> Redemption:
    earlier = Redemption.objects.filter(request_key=request_key).first()
    if earlier is not None:
        return _same(earlier, member_id, wish)
    _use_proof(member_id, shown, now)
    # Somebody may have been carrying out the very same request.
    earlier = Redemption.objects.filter(request_key=request_key).first()
    if earlier is not None:
        return _same(earlier, member_id, wish)
    reward = Reward.objects.filter(pk=wish.reward_id).first()
    if reward is None:
        raise UnknownReward(_("There is no such reward."))
    return redeem_reward(
        member_id=member_id,
        reward_id=reward.pk,
        points=reward.points if wish.points is None else wish.points,
        revision=reward.revision if wish.revision is None else wish.revision,
        request_key=request_key,
        actor=actor,
        now=now,
    )


def _same(earlier: Redemption, member_id: int, wish: Wish) -> Redemption:
    was = (earlier.member_id, earlier.reward_id)
    is_same = was == (member_id, wish.reward_id) and wish.points in {None, earlier.points}
    if not is_same or wish.revision not in {None, earlier.revision}:
        raise OtherRedemption
    return earlier


def _use_proof(member_id: int, shown: str, now: datetime) -> None:
    """Check the card's code under the card's lock, and let it open nothing else."""
    card = check_proof(shown=shown, now=now)
    Card.objects.lock(card.card_id)
    proven = check_proof(shown=shown, now=now)
    if proven.member_id != member_id:
        raise ProofWrong(_("This code does not belong to this card. Scan it once more."))
    if UsedProof.objects.filter(card_id=proven.card_id, step=proven.step).exists():
        raise ProofUsed(_("This code was used just now. Wait for the next one and scan that."))
    UsedProof.objects.create(card_id=proven.card_id, step=proven.step, used_at=now)
