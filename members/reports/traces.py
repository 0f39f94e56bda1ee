"""What staff did, as colleagues read it: who, what, from which value to which, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Look, StaffAct

NOTHING = "–"
MOST_RATES = 20
WORDS = {
    "points": gettext_lazy("points"),
    "balance": gettext_lazy("balance"),
    "asked_by": gettext_lazy("asked by"),
    "card": gettext_lazy("card"),
}
"""What is told of a row beside its own fields."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an act: what it was and what it became."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """An act of staff with its changes in the reader's words."""

    act: StaffAct
    changes: tuple[Change, ...]


def deeds_of(acts: Iterable[StaffAct]) -> list[Deed]:
    """Put acts into words; asks the database nothing but the kinds of row, once."""
    return [Deed(act, tuple(changes_of(act))) for act in acts]


def changes_of(act: StaffAct) -> list[Change]:
    model = act.content_type.model_class()
    changes = []
    for name in [*act.after, *(name for name in act.before if name not in act.after)]:
        field = _field(model, name)
        before, after = _apart(act.before.get(name), act.after.get(name))
        changes.append(Change(_label(field, name), _word(field, before), _word(field, after)))
    return changes


def _apart(before: object, after: object) -> tuple[object, object]:
    """Of two lists show what went and what came, not all that stayed."""
    if not isinstance(before, list) or not isinstance(after, list):
        return before, after
    return (
        [one for one in before if one not in after],
        [one for one in after if one not in before],
    )


def _field(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    if model is None:
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _label(field: models.Field[Any, Any] | None, name: str) -> str:
    if field is not None:
        return capfirst(str(field.verbose_name))
    return capfirst(str(WORDS.get(name, name)))


def _word(field: models.Field[Any, Any] | None, value: object) -> str:
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return get_text_list([str(one) for one in value], _("and"))
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _moment(field, value) or str(localize(value))


def _moment(field: models.Field[Any, Any] | None, value: object) -> str:
    """Write a day or an instant, which a trace keeps as ISO text; nothing for other values."""
    if not isinstance(value, str):
        return ""
    if isinstance(field, models.DateTimeField):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j F Y H:i")
    if isinstance(field, models.DateField):
        return date_format(date.fromisoformat(value), "j F Y")
    return ""


@dataclass(frozen=True, slots=True)
class LookRate:
    """How many looks a colleague took lately, and at how many members."""

    who: str
    day: int
    week: int
    members: int


def look_rates(now: datetime) -> list[LookRate]:
    """Count the looks of the last seven days by colleague, the most first; one query."""
    lately = Look.objects.filter(at__gt=now - timedelta(days=7), at__lte=now)
    last_day = models.Q(at__gt=now - timedelta(days=1))
    rows = (
        lately.values("staff__name", "staff__email")
        .annotate(
            day=models.Count("pk", filter=last_day),
            week=models.Count("pk"),
            members=models.Count("member", distinct=True),
        )
        .order_by("-week", "staff__email")[:MOST_RATES]
    )
    return [
        LookRate(row["staff__name"] or row["staff__email"], row["day"], row["week"], row["members"])
        for row in rows
    ]
