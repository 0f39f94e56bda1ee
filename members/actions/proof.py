"""Telling whether whoever shows a card at a till holds the phone that the card is on."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from members.actions.cards import CardIsBlocked
from members.actions.membership import MembershipClosed
from members.card_proof import verify, was_true
from members.models import Card, Member
from members.refusals import Refusal

SHOWN = re.compile(r"([0-9]{13})([0-9]{8})")
SALT = "klaver.card_proof"


class ProofWrong(Refusal):
    code = "proof_wrong"


class ProofExpired(Refusal):
    code = "proof_expired"


@dataclass(frozen=True, slots=True)
class ProvenCard:
    """A card whose holder is there; whoever spends remembers the step, to refuse it twice."""

    card_id: int
    member_id: int
    step: int


def proof_key(*, number: str) -> bytes:
    """Return the key behind a card's codes: the card's own, so a new card has a new one."""
    return salted_hmac(SALT, number, algorithm="sha256").digest()


def check_proof(*, shown: str, now: datetime) -> ProvenCard:
    """
    Return whose card was shown: its number and the eight digits of its code, spaced or not.

    Refuses a code that is wrong or older than five minutes, a blocked card and a closed
    membership; an unknown card is a wrong code, so that nobody learns which numbers exist.
    It changes nothing and locks nothing: check it again under the lock of what you spend.
    """
    parts = SHOWN.fullmatch("".join(shown.split()))
    card = Card.objects.select_related("member").filter(number=parts[1]).first() if parts else None
    if parts is None or card is None:
        raise _wrong()
    key = proof_key(number=card.number)
    step = verify(key, parts[2], now)
    if step is None:
        raise _expired() if was_true(key, parts[2], now) else _wrong()
    if not card.is_active:
        raise CardIsBlocked(_("This card has been blocked. Ask for a new one."))
    if card.member.status == Member.Status.CLOSED:
        raise MembershipClosed(_("This membership has been closed."))
    return ProvenCard(card_id=card.pk, member_id=card.member_id, step=step)


def _wrong() -> ProofWrong:
    return ProofWrong(_("This code does not belong to this card. Scan it once more."))


def _expired() -> ProofExpired:
    return ProofExpired(
        _("This code is too old. Open the card anew and scan the code that it shows now.")
    )
