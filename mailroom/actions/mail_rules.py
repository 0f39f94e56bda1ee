"""Setting how much mail members get at most, and when."""

from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mailroom.models import MailRules
from members.actions.entitlement import staff_who_may
from members.actions.traces import record_act
from members.models.branding import ONLY
from members.refusals import Refusal

CHANGE = "mailroom.change_mailrules"
FIELDS = ("cap_letters", "cap_days", "quiet_from", "quiet_until", "second_person_above")


class RulesChangedSince(Refusal):
    code = "mail_rules_changed_since"


@transaction.atomic
def set_mail_rules(
    *,
    cap_letters: int,
    cap_days: int,
    quiet_from: time,
    quiet_until: time,
    second_person_above: int,
    shown: str,
    staff_id: int,
    now: datetime,
) -> MailRules:
    """
    Set the rules for mailings; they hold for all that leaves from now on.

    `shown` is what the editor saw: rules that a colleague has changed meanwhile are refused.
    """
    staff_who_may(staff_id=staff_id, permission=CHANGE)
    MailRules.objects.get_or_create(pk=ONLY)
    rules = MailRules.objects.select_for_update().get(pk=ONLY)
    if rules_in_words(rules=rules) != shown:
        raise RulesChangedSince(_("A colleague has changed this meanwhile; look again."))
    values: dict[str, int | time] = {
        "cap_letters": cap_letters,
        "cap_days": cap_days,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "second_person_above": second_person_above,
    }
    before = {key: _kept(getattr(rules, key)) for key in FIELDS}
    after = {key: _kept(value) for key, value in values.items()}
    changed = [key for key in FIELDS if before[key] != after[key]]
    if not changed:
        return rules
    for key, value in values.items():
        setattr(rules, key, value)
    rules.save()
    record_act(
        staff_id=staff_id,
        what=str(_("Changed the rules for mailings")),
        on=rules,
        now=now,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return rules


def rules_in_words(*, rules: MailRules) -> str:
    """Name the rules as they are, to notice that somebody changed them."""
    return " ".join(str(_kept(getattr(rules, key))) for key in FIELDS)


def _kept(value: int | time) -> int | str:
    return value.strftime("%H:%M") if isinstance(value, time) else value
