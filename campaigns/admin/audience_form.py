"""The builder of an audience: a name, and lines that can be added and taken out."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.admin.condition_form import TITLES, ConditionForm, first_values
from campaigns.conditions import MOST_CONDITIONS, Condition, Kind
from campaigns.models import Audience
from members.models import Consent

ADD, DROP = "add", "drop-"
MOST_DIGITS = 4


class NameForm(forms.Form):
    """What the audience is called, and what is to be counted."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("For colleagues, such as: Gold who stay away."),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("Count who may be mailed"),
        choices=Consent.Topic.choices,
        initial=Consent.Topic.NEWS,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("A condition about"), required=False, widget=UnfoldAdminSelectWidget
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = cast("forms.ChoiceField", self.fields["kind"])
        kind.choices = [(key.value, title) for key, title in TITLES.items()]


class Builder:
    """
    A form in a form: its lines live in what is sent, so that it works without a script.

    A line is added or taken out by a button of the same form; nothing is saved by that.
    """

    def __init__(self, request: HttpRequest, audience: Audience | None) -> None:
        self.sent = request.POST
        self.is_sent = request.method == "POST"
        self.pressed = request.POST.get("do", "")
        self.audience = audience
        if self.is_sent:
            self.form = NameForm(self.sent)
            self.rows = self._changed() if self.is_changing_lines else self._bound()
        else:
            self.form = NameForm(initial=_first(audience))
            self.rows = [
                ConditionForm(one.kind, prefix=f"c{place}", initial=first_values(one))
                for place, one in enumerate(audience.parsed() if audience else ())
            ]
        if self.is_changing_lines:
            self.form = NameForm(initial=self.sent.dict())

    @property
    def is_changing_lines(self) -> bool:
        """Whether a line was added or taken out: then nothing is wrong yet."""
        return self.pressed == ADD or self.pressed.startswith(DROP)

    @property
    def may_add(self) -> bool:
        return len(self.rows) < MOST_CONDITIONS

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def topic(self) -> str:
        topic = (self.sent if self.is_sent else self.form.initial).get("topic", "")
        return topic if topic in Consent.Topic.values else Consent.Topic.NEWS.value

    def conditions(self) -> list[Condition] | None:
        """Return what the lines ask; None where something is missing or wrong."""
        if not self.is_sent:
            return list(self.audience.parsed()) if self.audience else []
        if self.is_changing_lines:
            return None
        judged = [row.is_valid() for row in self.rows]
        return [row.parsed for row in self.rows if row.parsed] if all(judged) else None

    def _bound(self) -> list[ConditionForm]:
        return [
            ConditionForm(kind, self.sent, prefix=f"c{place}")
            for place in range(self._number())
            if (kind := _kind(self.sent.get(f"c{place}-kind", ""))) is not None
        ]

    def _changed(self) -> list[ConditionForm]:
        """What was typed so far, not yet judged, with a line more or less."""
        typed = [
            (row.of, _typed(row))
            for row in self._bound()
            if self.pressed != f"{DROP}{str(row.prefix).removeprefix('c')}"
        ]
        added = _kind(self.sent.get("kind", ""))
        if self.pressed == ADD and added is not None and len(typed) < MOST_CONDITIONS:
            typed.append((added, {}))
        return [
            ConditionForm(kind, prefix=f"c{place}", initial=values)
            for place, (kind, values) in enumerate(typed)
        ]

    def _number(self) -> int:
        written = self.sent.get("rows", "")
        is_number = written.isascii() and written.isdigit() and len(written) < MOST_DIGITS
        return min(int(written), MOST_CONDITIONS) if is_number else 0


def _typed(row: ConditionForm) -> dict[str, Any]:
    return {
        name: field.widget.value_from_datadict(row.data, row.files, row.add_prefix(name))
        for name, field in row.fields.items()
    }


def _first(audience: Audience | None) -> dict[str, Any]:
    return {"name": audience.name, "seen": audience.edition} if audience else {"seen": 0}


def _kind(value: str) -> Kind | None:
    return Kind(value) if value in set(Kind) else None
