"""Noticing that somebody else saved what a form still shows as it was."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.forms import ModelForm
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import StaffAct
from members.refusals import Refusal

FIELD = "_shown"
LONGEST = 16


def shown_now(obj: Model, names: list[str]) -> str:
    """Write down what a form shows of a row: when, and a fingerprint of each field."""
    said = {"at": timezone.now().isoformat(), "fields": _prints(obj, names)}
    return json.dumps(said)


class WatchedForm(ModelForm[Any]):
    """Refuses to save over what somebody else saved since, and what its page refuses."""

    refuse: Callable[[ModelForm[Any]], None]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if self.instance.pk is not None:
            for sentence in self._changed_by_others():
                self.add_error(None, sentence)
        if not self.errors:
            try:
                self.refuse(self)
            except Refusal as refusal:
                self.add_error(None, str(refusal))
        return answers

    def _changed_by_others(self) -> list[str]:
        """Compare what was shown with what is, under a lock that lasts until the save."""
        at, shown = _said(self.data.get(FIELD, ""))
        model = type(self.instance)
        rows = model._base_manager.select_for_update(of=("self",))
        fresh = rows.filter(pk=self.instance.pk).first()
        if fresh is None:
            # The one row of a setting comes with the first who sets it.
            return []
        now = _prints(fresh, [name for name in self.fields if name in shown])
        changed = [name for name, value in now.items() if value != shown[name]]
        if at is None or not changed:
            return []
        facts = [f"{_label(fresh, name)}: {self._as_read(fresh, name)}" for name in changed]
        return [
            _("%(who)s changed this after you opened it. Now it says: %(facts)s.")
            % {"who": _who(fresh, at), "facts": "; ".join(facts)},
            _("Nothing of yours is saved yet. Saving once more puts yours in its place."),
        ]

    def _as_read(self, obj: Model, name: str) -> str:
        """Show a value as the form does, whatever somebody else made of it."""
        display = getattr(obj, f"get_{name}_display", None)
        if display is not None:
            return str(display())
        value = model_to_dict(obj, [name])[name]
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            label = getattr(self.fields[name], "label_from_instance", str)
            return ", ".join(sorted(label(one) for one in value)) or "–"
        return f"“{localize(value)}”" if value not in (None, "") else "–"


def _prints(obj: Model, names: list[str]) -> dict[str, str]:
    return {name: _print(value) for name, value in model_to_dict(obj, names).items()}


def _print(value: object) -> str:
    if isinstance(value, list):
        value = sorted(one.pk for one in value if isinstance(one, Model))
    return hashlib.sha256(repr(str(value)).encode()).hexdigest()[:LONGEST]


def _said(text: str) -> tuple[datetime | None, dict[str, str]]:
    """Read what a form brought back; nothing where it brought none, or nonsense."""
    try:
        said = json.loads(text)
        at = parse_datetime(said["at"])
        fields = {str(name): str(value) for name, value in said["fields"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, {}
    return (at, fields) if at is not None and timezone.is_aware(at) else (None, {})


def _label(obj: Model, name: str) -> str:
    field: Any = obj._meta.get_field(name)
    return str(capfirst(field.verbose_name))


def _who(obj: Model, since: datetime) -> str:
    """Name the colleague who did something to this row since; the member themselves leave none."""
    act = (
        StaffAct.objects.filter(
            content_type=ContentType.objects.get_for_model(obj),
            object_id=str(obj.pk),
            at__gte=since,
        )
        .select_related("staff")
        .order_by("-id")
        .first()
    )
    return act.staff.get_full_name() if act else _("Somebody")
