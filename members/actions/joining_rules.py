"""Deciding who may come in, and how many."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.traces import record_act
from members.models import JoiningRules, Member
from members.models.branding import ONLY
from members.refusals import Refusal


class CapacityNeeded(Refusal):
    code = "capacity_needed"


class JoiningChangedMeanwhile(Refusal):
    code = "joining_changed_meanwhile"


class CapacityTaken(Refusal):
    code = "capacity_taken"


@transaction.atomic
def hold_joining_rules() -> JoiningRules:
    """
    Return the rules, locked: until the end of the transaction nobody else comes in.

    Comes before every other lock of this room.
    """
    JoiningRules.objects.get_or_create(pk=ONLY)
    return JoiningRules.objects.lock(ONLY)


@transaction.atomic
def set_joining_rules(
    *,
    mode: str,
    capacity: int | None,
    minimum_age: int,
    invitation_days: int,
    staff_id: int,
    now: datetime,
    shown: str = "",
) -> JoiningRules:
    """
    Decide who may join from now on; who is in stays in.

    `shown` is the fingerprint of the rules that staff had before them. Refuses if a colleague
    saved since, a waiting list without a capacity, and one for fewer than take part already.
    """
    rules = hold_joining_rules()
    if shown and shown != rules.fingerprint:
        raise JoiningChangedMeanwhile(
            gettext_lazy("A colleague changed this after you opened it. Please look again.")
        )
    wanted = {
        "mode": mode,
        "capacity": capacity,
        "minimum_age": minimum_age,
        "invitation_days": invitation_days,
    }
    if mode == JoiningRules.Mode.WAITING_LIST:
        _check_capacity(capacity)

    changed = {name: value for name, value in wanted.items() if getattr(rules, name) != value}
    before = {name: getattr(rules, name) for name in changed}
    for name, value in changed.items():
        setattr(rules, name, value)
    if changed:
        rules.save(update_fields=list(changed))
        record_act(
            staff_id=staff_id,
            what=_("Changed who may join"),
            on=rules,
            now=now,
            before=before,
            after=changed,
        )
    return rules


def _check_capacity(capacity: int | None) -> None:
    if not capacity:
        raise CapacityNeeded(gettext_lazy("Say for how many members there is room."))
    taken = Member.objects.taking_part().count()
    if taken > capacity:
        raise CapacityTaken(
            _("%(taken)d members take part already: make room for at least as many.")
            % {"taken": taken},
            taken=taken,
        )
