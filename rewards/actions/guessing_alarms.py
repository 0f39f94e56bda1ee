"""Looking into alarms about codes that are no good."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.entitlement import staff_who_may
from members.refusals import Refusal
from rewards.models import WrongTry

SETTLE = "rewards.change_wrongtry"


class NothingToLookInto(Refusal):
    code = "nothing_to_look_into"


class OwnAlarm(Refusal):
    code = "own_alarm"


@transaction.atomic
def settle_guessing_alarm(*, wrong_try_id: int, staff_id: int, now: datetime) -> WrongTry:
    """
    Say that somebody has looked into an alarm, so that it waits for nobody any more.

    Refuses where no alarm rang, what a colleague has seen, and one's own: a second person looks.
    """
    staff_who_may(staff_id=staff_id, permission=SETTLE)
    tried = WrongTry.objects.lock(wrong_try_id)
    if tried.alarmed_at is None:
        raise NothingToLookInto(_("No alarm rang: people mistype this often."))
    if tried.seen_at is not None:
        raise NothingToLookInto(_("A colleague has looked into this already."))
    if tried.staff_id == staff_id:
        raise OwnAlarm(_("You tried these codes yourself; a colleague has to look into it."))
    tried.seen_at = now
    tried.save(update_fields=["seen_at"])
    return tried
