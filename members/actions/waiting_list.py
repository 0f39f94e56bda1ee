"""The line of those who want to join while there is no room."""

from datetime import datetime

import structlog

from members.actions.joining import admit, leave_line
from members.models import Application, JoiningRules
from members.refusals import Refusal

log = structlog.get_logger("klaver.members")


def admit_waiting(*, now: datetime, most: int = 1_000) -> int:
    """
    Let people in from the line, first come first, as long as there is room.

    Each in a transaction of their own, so that nobody waits for the whole line. Whoever
    cannot come in at all leaves the line instead of holding it up.
    """
    if JoiningRules.current().mode == JoiningRules.Mode.INVITATION:
        return 0
    let_in = 0
    line = list(Application.objects.waiting().values_list("user_id", flat=True)[:most])
    for user_id in line:
        try:
            if not admit(user_id=user_id, now=now):
                break
            let_in += 1
        except Refusal as refusal:
            log.warning("could not be let in", code=refusal.code, user_id=user_id)
            leave_line(user_id=user_id)
    return let_in
