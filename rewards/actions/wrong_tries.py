"""Counting codes that are no good, so that nobody finds one by trying."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import ngettext_lazy

from members.refusals import Refusal
from members.signals import announce
from rewards.models import UsedProof, WrongTry
from rewards.models.wrong_try import REMEMBERED
from rewards.signals import codes_guessed

MOST_A_MINUTE = 10
MOST_AN_HOUR = 100
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class TooManyWrongCodes(Refusal):
    code = "too_many_wrong_codes"

    def __init__(self, seconds: int) -> None:
        words = ngettext_lazy(
            "Too many codes that are no good; wait %(seconds)s second.",
            "Too many codes that are no good; wait %(seconds)s seconds.",
            "seconds",
        )
        super().__init__(words % {"seconds": seconds}, retry_after=seconds)


def check_may_try(*, client_id: int | None, staff_id: int | None, now: datetime) -> None:
    """Refuse who tried ten wrong codes this minute or a hundred this hour; right ones are free."""
    hour, minute = _hour(now), _minute(now)
    rows = WrongTry.objects.filter(client_id=client_id, staff_id=staff_id, hour=hour)
    for tries, last, in_minute in rows.values_list("tries", "minute", "in_minute"):
        if tries >= MOST_AN_HOUR:
            raise TooManyWrongCodes(_seconds(hour + HOUR - now))
        if last == minute and in_minute >= MOST_A_MINUTE:
            raise TooManyWrongCodes(_seconds(minute + MINUTE - now))


@transaction.atomic
def note_wrong_try(
    *, client_id: int | None, staff_id: int | None, now: datetime, many: int = 1
) -> WrongTry:
    """
    Count wrong codes, in the database: it works whatever else is down.

    Whoever reaches a limit raises the alarm with staff, once an hour. Call it after what was
    refused has been rolled back, or the count goes with it.
    """
    hour, minute = _hour(now), _minute(now)
    row, _is_new = WrongTry.objects.select_for_update().get_or_create(
        client_id=client_id, staff_id=staff_id, hour=hour
    )
    row.in_minute = many + (row.in_minute if row.minute == minute else 0)
    row.minute = minute
    row.tries += many
    is_alarm = row.tries >= MOST_AN_HOUR or row.in_minute >= MOST_A_MINUTE
    if is_alarm and row.alarmed_at is None:
        row.alarmed_at = now
        announce(codes_guessed, wrong_try_id=row.pk)
    row.save(update_fields=["in_minute", "minute", "tries", "alarmed_at"])
    return row


def count_guesses(*, many: int, client_id: int | None, staff_id: int | None, now: datetime) -> None:
    """Count so many wrong codes; refuse to answer at all where that is beyond the limit."""
    if not many:
        return
    row = note_wrong_try(client_id=client_id, staff_id=staff_id, now=now, many=many)
    if row.tries > MOST_AN_HOUR or row.in_minute > MOST_A_MINUTE:
        check_may_try(client_id=client_id, staff_id=staff_id, now=now)


def forget_proofs(*, now: datetime) -> int:
    """Remove proofs that no till would take any more; return how many there were."""
    return UsedProof.objects.filter(used_at__lt=now - REMEMBERED).delete()[0]


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _seconds(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()))
