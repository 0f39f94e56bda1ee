"""What becomes of a letter on its way: taken up, sent, refused, in doubt, sent again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mailroom.models import Letter
from mailroom.models.letter import LetterQuerySet
from mailroom.signals import letter_posted
from members.refusals import Refusal
from members.signals import announce

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240))
"""How long to wait after each refusal that may pass; after the last the letter has failed."""
LONGEST_FAULT = 300


class NotStuck(Refusal):
    code = "letter_not_stuck"


@transaction.atomic
def claim_letter(*, now: datetime) -> Letter | None:
    """
    Take up the letter that has waited longest, or return None if there is none.

    Whoever else asks at the same moment gets another one. It must be committed before the
    letter leaves: a letter that is `sending` is never taken up again by itself.
    """
    letter = Letter.objects.due(now).select_for_update(skip_locked=True, of=("self",)).first()
    if letter is None:
        return None
    letter.state, letter.claimed_at = Letter.State.SENDING, now
    letter.save(update_fields=["state", "claimed_at"])
    return letter


@transaction.atomic
def record_sent(*, letter: Letter, now: datetime) -> None:
    """Write down that the server took it, even if somebody had begun to doubt meanwhile."""
    _ours(letter).update(state=Letter.State.SENT, sent_at=now, fault="")


@transaction.atomic
def record_refused(*, letter: Letter, why: str, may_pass: bool, now: datetime) -> None:
    """Write down that the server did not take it: for now, then it waits; or for good."""
    attempts = letter.attempts + 1
    waits = may_pass and attempts <= len(RETRIES)
    _ours(letter).update(
        state=Letter.State.WAITING if waits else Letter.State.FAILED,
        attempts=attempts,
        try_at=now + RETRIES[attempts - 1] if waits else None,
        fault=why[:LONGEST_FAULT],
    )


@transaction.atomic
def record_in_doubt(*, letter: Letter, why: str) -> None:
    """Write down that the line broke: the letter may have arrived, so nobody sends it again."""
    _ours(letter).update(state=Letter.State.UNKNOWN, fault=why[:LONGEST_FAULT])


@transaction.atomic
def put_back(*, letter: Letter, why: str) -> None:
    """Let a letter wait that never left, for no fault of its own."""
    _ours(letter).update(state=Letter.State.WAITING, fault=why[:LONGEST_FAULT])


@transaction.atomic
def doubt_abandoned_letters(*, now: datetime) -> int:
    """Own up to not knowing what became of letters whose sender died; returns how many."""
    return Letter.objects.abandoned(now).update(state=Letter.State.UNKNOWN)


@transaction.atomic
def send_again(*, letter_id: int, now: datetime) -> Letter:
    """Let a letter that failed, or that may have, wait to be sent once more. Refuses any other."""
    letter = Letter.objects.lock(letter_id)
    if not letter.is_stuck:
        raise NotStuck(_("This letter is on its way or was sent already."))
    letter.state, letter.fault = Letter.State.WAITING, ""
    letter.attempts, letter.try_at = 0, now
    letter.save(update_fields=["state", "fault", "attempts", "try_at"])
    announce(letter_posted, letter_id=letter.pk)
    return letter


def _ours(letter: Letter) -> LetterQuerySet:
    """The row as long as it is the same attempt: after `send_again` an old one has no say."""
    return Letter.objects.filter(
        pk=letter.pk,
        claimed_at=letter.claimed_at,
        state__in=[Letter.State.SENDING, Letter.State.UNKNOWN],
    )
