"""What becomes of a letter on its way: taken up, sent, refused, in doubt, sent again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from mailroom.actions.suppression import suppress_address
from mailroom.models import Letter, Suppression
from mailroom.models.letter import LetterQuerySet
from mailroom.outcome import Fate, Outcome
from mailroom.signals import letter_posted
from members.refusals import Refusal
from members.signals import announce

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240))
"""How long to wait after each refusal that may pass; after the last the letter has failed."""
LONGEST_FAULT = 300


class NotStuck(Refusal):
    code = "letter_not_stuck"


@transaction.atomic
def claim_letters(*, now: datetime, most: int) -> list[Letter]:
    """
    Take up the letters that have waited longest, up to so many.

    Whoever else asks at the same moment gets others. It must be committed before a letter
    leaves: one that is `sending` is never taken up again by itself.
    """
    due = Letter.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    letters = list(due[:most])
    for letter in letters:
        letter.state, letter.claimed_at = Letter.State.SENDING, now
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
        state=Letter.State.SENDING, claimed_at=now
    )
    return letters


def claim_letter(*, now: datetime) -> Letter | None:
    """Take up the letter that has waited longest, or return None if there is none."""
    return next(iter(claim_letters(now=now, most=1)), None)


@transaction.atomic
def hold_back_letters(*, now: datetime) -> int:
    """Fail what waits for an address that gets no mail; returns how many letters."""
    held = Suppression.objects.in_force().filter(email=Lower(models.OuterRef("to")))
    letters = Letter.objects.due(now).filter(
        models.Exists(held.exclude(cause=Suppression.Cause.SPAM))
    )
    return letters.order_by().update(
        state=Letter.State.FAILED,
        fault=_text("This address gets no mail: it came back, or staff wished it so."),
    )


@transaction.atomic
def record_letters(
    *, letters: Sequence[Letter], outcomes: Mapping[int, Outcome], why: str, now: datetime
) -> None:
    """Write down what became of letters that were handed over; one without an outcome waits."""
    dead = {one.to: outcomes[one.pk].why for one in letters if _is_dead(outcomes.get(one.pk))}
    for address in sorted(dead):
        suppress_address(
            email=address, cause=Suppression.Cause.BOUNCE, detail=dead[address], now=now
        )
    for letter in letters:
        outcome = outcomes.get(letter.pk)
        match outcome.fate if outcome else None:
            case Fate.TAKEN:
                record_sent(letter=letter, now=now)
            case Fate.IN_DOUBT:
                record_in_doubt(letter=letter, why=outcome.why if outcome else "")
            case None:
                put_back(letter=letter, why=why)
            case fate:
                said, may_pass = outcome.why if outcome else "", fate is Fate.REFUSED_FOR_NOW
                record_refused(letter=letter, why=said, may_pass=may_pass, now=now)


def _is_dead(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.is_dead


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
